import assert from 'node:assert/strict';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../src/files/make-folder.ts';
import { withDirectory } from '../store/stores.ts';

test('a folder is made with what is missing above it, and it is told which was the first', () =>
  withDirectory(async (folder) => {
    const at = (...names: string[]) => join(folder, ...names);
    assert.equal(await makeFolder(at('a', 'b', 'c'), 0o700), at('a'));
    for (const names of [['a'], ['a', 'b'], ['a', 'b', 'c']])
      assert.equal((await stat(at(...names))).mode & 0o777, 0o700);
    assert.equal(await makeFolder(at('a', 'b', 'c')), undefined);
    assert.equal(await makeFolder(at('a', 'b', 'd')), at('a', 'b', 'd'));
    assert.equal(await makeFolder('/'), undefined);
    await symlink(at('a'), at('link'));
    assert.equal(await makeFolder(at('link')), undefined);
    assert.equal(await makeFolder(at('link', 'e')), at('link', 'e'));
    const many = await Promise.all(Array.from({ length: 20 }, () => makeFolder(at('x', 'y', 'z'))));
    assert.ok(many.some((made) => made === at('x')));
    assert.ok((await stat(at('x', 'y', 'z'))).isDirectory());
  }));

test('what cannot be made is told in the words of the system, and soon', () =>
  withDirectory(async (folder) => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await symlink(join(folder, 'nothing'), join(folder, 'dangling'));
    await mkdir(join(folder, 'there'));
    for (const [path, code] of [
      [file, 'EEXIST'],
      [join(file, 'x'), 'ENOTDIR'],
      [join(file, 'x', 'y'), 'ENOTDIR'],
      [join(folder, 'dangling'), 'EEXIST'],
      ['/proc/roomlb', 'ENOENT'],
      ['/proc/roomlb/x/y', 'ENOENT'],
      [join(folder, 'x'.repeat(300)), 'ENAMETOOLONG'],
    ] as const)
      await assert.rejects(makeFolder(path), { code }, path);
  }));
