import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openStore } from '../../src/store/open.ts';

test('a specification that names no store is refused with those that there are', async () => {
  for (const spec of ['', 'file:', 'redis://127.0.0.1', 'Memory', 'memory:', '/var/lib/roomlb']) {
    await assert.rejects(openStore(spec), (error: Error) => {
      assert.ok(error.message.includes(JSON.stringify(spec)), error.message);
      assert.match(error.message, /use memory, or file:PATH/);
      return true;
    });
  }
});

test('memory is a store that says what it forgets', async () => {
  const store = await openStore('memory');
  assert.match(store.description, /^memory .*lost/);
  await store.close();
});
