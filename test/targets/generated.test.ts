import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  DOCUMENT_FOLDER,
  GENERATED_FOLDER,
  generatedFiles,
  PROVIDER_FOLDER,
} from '../../scripts/generated.ts';

test('what the example renders to, the JSON Schema and documents are in step (npm run generate renews them)', async () => {
  const wanted = await generatedFiles();
  for (const [path, content] of wanted) {
    const there = await readFile(path, 'utf8').catch(() => undefined);
    assert.equal(there, content, `${path} is stale: npm run generate`);
  }
  for (const folder of [GENERATED_FOLDER, DOCUMENT_FOLDER, PROVIDER_FOLDER]) {
    const there = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = there.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    assert.deepEqual(paths.sort(), [...wanted.keys()].filter((path) => path.startsWith(`${folder}/`)).sort());
  }
});
