import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatRedisAddress,
  parseRedisAddress,
  type RedisAddress,
} from '../../../src/store/redis/address.ts';

const plain = { noNullPrototype: true };
const host = fc.record(
  {
    host: fc.constantFrom('127.0.0.1', 'redis.example.net', '::1', 'fd00:1::12'),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  plain,
);
const shared = { tls: fc.boolean(), user: fc.option(fc.constantFrom('roomlb', 'a b', 'ü@/')) };
const address: fc.Arbitrary<RedisAddress> = fc.oneof(
  fc.record(
    {
      ...shared,
      kind: fc.constant('single' as const),
      hosts: fc.array(host, { minLength: 1, maxLength: 1 }),
      master: fc.constant(null),
      db: fc.integer({ min: 0, max: 20 }),
    },
    plain,
  ),
  fc.record(
    {
      ...shared,
      kind: fc.constant('sentinel' as const),
      hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
      master: fc.constantFrom('mymaster', 'rooms-1'),
      db: fc.integer({ min: 0, max: 20 }),
    },
    plain,
  ),
  fc.record(
    {
      ...shared,
      kind: fc.constant('cluster' as const),
      hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
      master: fc.constant(null),
      db: fc.constant(0),
    },
    plain,
  ),
);

test('an address is read as it is written', () => {
  fc.assert(
    fc.property(address, (each) => assert.deepEqual(parseRedisAddress(formatRedisAddress(each)), each)),
  );
});

test('what is left out has its default, and Valkey is spelled as it likes', () => {
  assert.deepEqual(parseRedisAddress('valkeys://10.0.0.5'), {
    kind: 'single',
    tls: true,
    user: null,
    hosts: [{ host: '10.0.0.5', port: 6379 }],
    master: null,
    db: 0,
  });
  assert.deepEqual(parseRedisAddress('redis-sentinel://a,b:7/m')?.hosts, [
    { host: 'a', port: 26379 },
    { host: 'b', port: 7 },
  ]);
  for (const other of ['memory', 'file:redis://x', 'redis:127.0.0.1', 'Redis://x']) {
    assert.equal(parseRedisAddress(other), undefined);
  }
});
