import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonOf } from '../../../src/store/redis/reason.ts';

test('why Redis did not do it is told without names of scripts and of options of the client', () => {
  const place = `script: ${'d'.repeat(40)}, on @user_script:40.`;
  const said = [
    `READONLY You can't write against a read only replica. ${place}`,
    `OOM command not allowed when used memory > 'maxmemory'. ${place}`,
    "Stream isn't writeable and enableOfflineQueue options is false",
    'LOST Redis is not as it was',
    'Redis: get took longer than 250 ms',
  ];
  assert.deepEqual(
    said.map((text) => reasonOf(new Error(text))),
    [
      "READONLY You can't write against a read only replica",
      "OOM command not allowed when used memory > 'maxmemory'",
      'there is no connection to Redis',
      'Redis is not as it was: emptied, restored from older data, or failed over',
      'Redis: get took longer than 250 ms',
    ],
  );
});
