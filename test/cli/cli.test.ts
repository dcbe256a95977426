import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TARGETS } from '../../src/targets/registry.ts';
import { SMALL, smallServer } from '../fixtures/cluster.ts';
import { roomlb } from './roomlb.ts';

let folder: string;
let file: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-cli-'));
  file = join(folder, 'small.yaml');
  await writeFile(file, SMALL);
});
after(() => rm(folder, { recursive: true }));

describe('roomlb', () => {
  test('every command has --help with examples', async () => {
    const { out } = await roomlb('--help');
    for (const command of ['serve', 'validate', 'targets', 'render', 'place', 'explain', 'diff', 'probe']) {
      assert.match(out, new RegExp(`^ +${command}`, 'm'));
      const help = await roomlb(command, '--help');
      assert.equal(help.code, 0);
      assert.match(help.out, /Examples:\n/, command);
    }
  });

  test('what cannot be understood is bad input: exit code 2, and says what would do', async () => {
    for (const args of [
      ['plcae'],
      ['place'],
      ['render', 'abacus', '-t', file],
      ['validate', '--colour'],
      ['diff', file],
    ]) {
      const { code, err, out } = await roomlb(...args);
      assert.equal(code, 2, args.join(' '));
      assert.notEqual(err, '');
      assert.equal(out, '');
    }
    assert.match((await roomlb('plcae')).err, /place/);
  });

  test('version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    assert.equal((await roomlb('version')).out, `${version}\n`);
    assert.deepEqual((await roomlb('version', '--json')).json(), { version });
  });

  test('validate: 0 and a summary, or 2 and every fault with file, line and column', async () => {
    const fine = await roomlb('validate', file);
    assert.deepEqual([fine.code, fine.out], [0, `${file}: fine: cluster small, 1 VIP, 5 nodes\n`]);
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, SMALL.replace('weight: 200', 'weight: 300').replace('vip: public', 'vip: pubic'));
    const { code, err } = await roomlb('validate', bad);
    assert.equal(code, 2);
    assert.match(err, /bad\.yaml:9:\d+: error: nodes\[0\]\.vip: .*public/);
    assert.match(err, /bad\.yaml:11:\d+: error: nodes\[2\]\.weight: .*255/);
    const json = (await roomlb('validate', bad, '--json')).json();
    assert.equal(json.valid, false);
    assert.equal(json.faults.filter((fault: { severity: string }) => fault.severity === 'error').length, 2);
  });

  test('a topology that is missing or bad ends every command with 2', async () => {
    for (const command of [['render', 'haproxy'], ['place', 'r'], ['explain', 'r'], ['serve']]) {
      const { code, err } = await roomlb(...command, '--topology', join(folder, 'nowhere.yaml'));
      assert.equal(code, 2, command.join(' '));
      assert.match(err, /nowhere\.yaml/);
    }
  });

  test('place --json is an array of what REST answers with', async () => {
    const { app } = await smallServer();
    const rooms = ['standup', 'retro', '회의'];
    const placed = (await roomlb('place', '--json', '-t', file, ...rooms)).json();
    const preview = (await app.inject({ method: 'POST', url: '/v1/placements', payload: { rooms } })).json();
    assert.deepEqual(placed, preview.placements);
    const table = await roomlb('place', '-t', file, 'standup');
    assert.match(table.out, new RegExp(`standup +${placed[0].node.id} `));
  });

  test('place says 1 when no node can take a room, and 2 for a name that cannot be', async () => {
    const nowhere = await roomlb('place', 'r', '-t', file, '--vip', 'other');
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.err, /no node can take it/);
    assert.equal((await roomlb('place', 'a\nb', '-t', file)).code, 2);
  });

  test('explain ranks every candidate with its reason, and shows the rules', async () => {
    const { out, code } = await roomlb('explain', 'standup', '-t', file);
    assert.equal(code, 0);
    assert.match(out, /sfu-4 .*draining/);
    assert.match(out, /chosen/);
    assert.match(out, /^nftables\n {2}\S/m);
    assert.doesNotMatch(out, /^cisco/m);
  });

  test('place, explain and diff obey pins', async () => {
    const pinned = join(folder, 'pinned.yaml');
    await writeFile(
      pinned,
      `${SMALL}pins: [{ room: a b, node: jan-1 }, { room: r, node: sfu-4, strict: true }]\n`,
    );
    const placed = await roomlb('place', 'a b', '-t', pinned, '--json');
    assert.deepEqual([placed.json()[0].node.id, placed.json()[0].decision], ['jan-1', 'pin']);
    const refused = await roomlb('place', 'r', '-t', pinned);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /sfu-4: the room is strictly pinned here, where it cannot go: draining/);
    const explained = await roomlb('explain', 'a b', '-t', pinned);
    assert.match(explained.out, /^hash [0-9a-f]{8} \(XXH32\), maglev, pinned to jan-1$/m);
    assert.match(explained.out, / jan-1 .* pinned +an operator pinned the room to this node$/m);
    const { out } = await roomlb('diff', file, pinned);
    assert.match(out, /^\+ pin "a b"\n\+ pin "r"$/m);
  });

  test('explain and diff speak of the targets that are asked for', async () => {
    const { out } = await roomlb('explain', 'standup', '-t', file, '--target', 'cisco-ios-slb', 'ipvs');
    assert.match(out, /^cisco-ios-slb\n {2}real 10/m);
    assert.doesNotMatch(out, /^nftables/m);
    const { targets } = (await roomlb('diff', file, file, '--json', '--target', 'ipvs')).json();
    assert.deepEqual(
      targets.map((t: { target: string }) => t.target),
      ['ipvs'],
    );
    const unknown = await roomlb('explain', 'standup', '-t', file, '--target', 'abacus');
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no target "abacus"; there are haproxy, /);
  });

  test('targets prints all of them, or the document of one', async () => {
    const all = await roomlb('targets');
    for (const { name } of TARGETS) assert.match(all.out, new RegExp(`^${name} `, 'm'));
    const one = await roomlb('targets', 'ipvs');
    assert.equal(one.out, await readFile('lb-config/targets/ipvs.md', 'utf8'));
    const [json] = (await roomlb('targets', 'ipvs', '--json')).json();
    assert.deepEqual([json.name, json.kind, typeof json.guide.load[0]], ['ipvs', 'linux', 'string']);
  });

  test('render prints each target, the same as into a folder, and names what it cannot carry', async () => {
    for (const { name } of TARGETS) {
      const { out, code } = await roomlb('render', name, '-t', file);
      assert.equal(code, out === '' ? 1 : 0, name);
      const dir = join(folder, name);
      await roomlb('render', name, '-t', file, '--out', dir);
      const { files } = (await roomlb('render', name, '-t', file, '--json')).json();
      if (files.length > 0) assert.equal(files[0].content, out);
      const written = files.length > 0 ? await readdir(dir) : [];
      assert.deepEqual(written.sort(), files.map((f: { path: string }) => f.path).sort());
      for (const { path, content } of files) assert.equal(await readFile(join(dir, path), 'utf8'), content);
    }
    const haproxy = await roomlb('render', 'haproxy', '-t', file);
    assert.match(haproxy.err, /haproxy: refused: .*UDP/i);
    assert.equal((await roomlb('render', 'haproxy', '-t', file, '--strict')).code, 1);
  });

  test('render --from prints the commands of a change, and --back those that take it back', async () => {
    const changed = join(folder, 'without.yaml');
    await writeFile(changed, SMALL.replace(/^.*id: sfu-3.*\n/m, ''));
    const args = ['render', 'cisco-ios-slb', '--from', file, '-t', changed];
    const { out, code } = await roomlb(...args);
    assert.equal(code, 0);
    const [first, then] = out.split('! Then, when that may be cut:\n');
    assert.match(first!, /real 10\.0\.1\.13 4443\n {2}no inservice\n/);
    assert.match(then!, /^no ip slb vserver RLU40004-public\n(.*\n)*no ip slb serverfarm RLM-sfu-3\n/m);
    assert.match(then!, /^ip slb serverfarm RLS-public\n no real 10\.0\.1\.13 4443\n/m);
    const back = await roomlb(...args, '--back');
    assert.match(back.out, /^ip slb vserver RLU40004-public$/m);
    const dir = join(folder, 'commands');
    await roomlb(...args, '--out', dir);
    assert.equal(await readFile(join(dir, 'change.txt'), 'utf8'), out);
    assert.equal(await readFile(join(dir, 'back.txt'), 'utf8'), back.out);
    const json = (await roomlb(...args, '--json')).json();
    assert.deepEqual(json.back.drain, []);
    assert.ok(json.change.includes('no ip slb serverfarm RLM-sfu-3'));
    const diff = await roomlb('diff', file, changed, '--target', 'cisco-ios-slb');
    assert.ok(diff.out.endsWith(out));
    assert.match(
      (await roomlb('render', 'cisco-ios-slb', '--from', file, '-t', file)).out,
      /Nothing to change/,
    );
  });

  test('render --from is for devices that take commands, and says what else there is', async () => {
    const { code, err } = await roomlb('render', 'haproxy', '--from', file, '-t', file);
    assert.equal(code, 2);
    assert.match(err, /haproxy is not changed by commands, .*roomlb plan/);
    assert.equal((await roomlb('render', 'cisco-ios-slb', '--back', '-t', file)).code, 2);
  });

  test('diff says what share of rooms would move, which of those given, and how many rules change', async () => {
    const changed = join(folder, 'changed.yaml');
    await writeFile(changed, SMALL.replace('weight: 200', 'weight: 100'));
    const rooms = join(folder, 'rooms.txt');
    await writeFile(rooms, Array.from({ length: 50 }, (_, i) => `room-${i}\n`).join(''));
    const { out, code } = await roomlb('diff', file, changed, '--rooms', rooms);
    assert.equal(code, 0);
    assert.match(out, /rooms that would move: 1\d\.\d\d %/);
    const { placement, targets, topology } = (
      await roomlb('diff', file, changed, '--rooms', rooms, '--json')
    ).json();
    assert.ok(placement.share >= placement.ideal * 0.9 && placement.share < placement.ideal * 2);
    for (const { room, from } of placement.moves) assert.ok(room.startsWith('room-') && from);
    assert.ok(JSON.stringify(topology).includes('weight'));
    const nftables = targets.find((t: { target: string }) => t.target === 'nftables');
    assert.ok(
      nftables.changed > 0 && nftables.added === 0 && nftables.removed === 0,
      JSON.stringify(nftables),
    );
    const same = await roomlb('diff', file, file);
    assert.match(same.out, /mean the same/);
  });

  test('serve refuses to listen beyond loopback, and bad addresses and stores', async () => {
    for (const [listen, message] of [
      ['0.0.0.0:8080', /loopback/],
      ['[::]:8080', /loopback/],
      ['example.net:80', /loopback/],
      ['8080', /HOST:PORT/],
      ['127.0.0.1:99999', /HOST:PORT/],
    ] as const) {
      const { code, err } = await roomlb('serve', '-t', file, '--listen', listen);
      assert.equal(code, 2, listen);
      assert.match(err, message);
    }
    assert.equal((await roomlb('serve', '-t', file, '--store', 'abacus:')).code, 2);
  });
});
