import { test } from 'node:test';
import assert from 'node:assert/strict';
import { openStore, StoreSpecError } from '../../src/store/open.ts';

test('a specification that names no store is refused with those that there are', async () => {
  for (const spec of ['', 'file:', 'Memory', 'memory:', '/var/lib/roomlb']) {
    await assert.rejects(openStore(spec), (error: Error) => {
      assert.ok(error.message.includes(JSON.stringify(spec)), error.message);
      assert.match(error.message, /use memory, file:PATH/);
      return true;
    });
  }
});

test('memory is a store that says what it forgets', async () => {
  const store = await openStore('memory');
  assert.match(store.description, /^memory .*lost/);
  await store.close();
});

test('what is wrong with an address of redis is told, and a password in it is not repeated', async () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    'redis://me:hunter2@127.0.0.1': /must not contain a password.*ROOMLB_REDIS_PASSWORD/,
    'redis://:hunter2@127.0.0.1': /must not contain a password/,
    'redis://127.0.0.1/16/3': /too many slashes/,
    'redis://127.0.0.1/x': /"x" is not the number of a database/,
    'redis://127.0.0.1:99999': /is not HOST or HOST:PORT/,
    'redis://127.0.0.1:1,127.0.0.1:2': /too many hosts/,
    'redis://127.0.0.1?password=hunter2': /takes no \?/,
    'redis-sentinel://127.0.0.1:26379': /must name the master/,
    'redis-cluster://127.0.0.1:6379/2': /no database but 0/,
  };
  for (const [spec, pattern] of Object.entries(wrong)) {
    await assert.rejects(openStore(spec), (error: Error) => {
      assert.ok(error instanceof StoreSpecError);
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  }
});
