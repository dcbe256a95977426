import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RateLimit } from '../../src/timing/rate-limit.ts';

function limited(changes: Partial<ConstructorParameters<typeof RateLimit>[0]> = {}) {
  let time = 0;
  const limit = new RateLimit({ perSource: 3, total: 10, sources: 100, ...changes }, () => time);
  const count = (address: string, tries: number) =>
    Array.from({ length: tries }, () => limit.allow(address)).filter(Boolean).length;
  return { count, pass: (seconds: number) => (time += seconds) };
}

describe('rate limit', () => {
  test('a source has its share at once, then as it comes back', () => {
    const { count, pass } = limited();
    assert.equal(count('192.0.2.1', 10), 3);
    pass(1 / 3);
    assert.equal(count('192.0.2.1', 10), 1);
    pass(60);
    assert.equal(count('192.0.2.1', 10), 3, 'no more than a second’s worth is saved up');
  });

  test('one source does not use up another’s share', () => {
    const { count } = limited();
    count('192.0.2.1', 100);
    assert.equal(count('192.0.2.2', 10), 3);
  });

  test('all sources together come up against the total', () => {
    const { count } = limited();
    const allowed = Array.from({ length: 50 }, (_, i) => count(`192.0.2.${i}`, 3)).reduce((a, b) => a + b);
    assert.equal(allowed, 10);
  });

  test('IPv6 addresses of one /64 are one source; of different ones, several', () => {
    const { count } = limited();
    assert.equal(count('2001:db8::1', 2) + count('2001:db8::ffff:1', 5), 3);
    assert.equal(count('2001:db8:0:1::1', 5), 3);
  });

  test('an IPv4 address counts as itself however a dual-stack socket writes it', () => {
    const { count } = limited();
    assert.equal(count('192.0.2.1', 2) + count('::ffff:192.0.2.1', 5), 3);
  });

  test('only so many sources are remembered, the longest silent goes first', () => {
    const { count } = limited({ sources: 2, total: 1000 });
    count('192.0.2.1', 3);
    count('192.0.2.2', 3);
    assert.equal(count('192.0.2.1', 1), 0);
    count('192.0.2.3', 3);
    assert.equal(count('192.0.2.1', 1), 0, 'seen more recently than .2');
    assert.equal(count('192.0.2.2', 1), 1, 'forgotten');
  });
});
