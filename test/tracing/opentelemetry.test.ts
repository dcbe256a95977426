/** Spans and what they are parts of, as a collector gets them. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { quiet } from '../media-node/support.ts';
import { NO_TRACER, type Tracing } from '../../src/tracing/tracer.ts';
import { startTracing } from '../../src/tracing/opentelemetry.ts';
import { startCollector, type Collector } from './collector.ts';

async function scene(t: TestContext): Promise<{ tracing: Tracing; collector: Collector }> {
  const collector = await startCollector(t);
  const url = `${collector.url}/v1/traces`;
  return { tracing: startTracing({ url, place: url, cluster: 'test', logger: quiet }), collector };
}

const parentOf = (collector: Collector, name: string) => {
  const { parentId } = collector.only(name);
  return collector.spans.find(({ spanId }) => spanId === parentId)?.name;
};

describe('startTracing', () => {
  test('work is a part of what is under way, in order or at once, and tells of its outcome', async (t) => {
    const { tracing, collector } = await scene(t);
    const request = tracing.request('request', () => ({}), {});
    const inner = (name: string) =>
      tracing.span(name, { root: 'never', outcome: (n: number) => ({ n }) }, () => sleep(1, 7));
    const answers = await request.run(() =>
      tracing.span('outer', {}, async () => [
        ...(await Promise.all([inner('left'), inner('right')])),
        await inner('later'),
        tracing.span('synchronous', { outcome: (n) => ({ n }) }, () => 8),
      ]),
    );
    assert.deepEqual(answers, [7, 7, 7, 8]);
    assert.deepEqual(
      request.run(() => tracing.ids()),
      request.ids,
    );
    request.end({});
    assert.equal(await tracing.stop(), true);
    for (const name of ['left', 'right', 'later', 'synchronous'])
      assert.equal(parentOf(collector, name), 'outer', name);
    assert.equal(parentOf(collector, 'outer'), 'request');
    assert.deepEqual(collector.only('right').attributes, { n: 7 });
    assert.deepEqual(collector.only('synchronous').attributes, { n: 8 });
    assert.deepEqual([tracing.figures.delivered, tracing.figures.lost], [6, 0]);
  });

  test('what goes on once a request has ended is no part of it', async (t) => {
    const { tracing, collector } = await scene(t);
    const request = tracing.request('request', () => ({}), {});
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const background = request.run(async () => {
      await gate;
      assert.equal(tracing.ids(), undefined);
      tracing.span('of a store', { root: 'never' }, () => undefined);
      tracing.span('by itself', {}, () => undefined);
    });
    request.end({});
    request.end({ twice: true });
    go();
    await background;
    tracing
      .request('other', () => ({}), {})
      .run(() => tracing.span('loop', { root: 'always' }, () => undefined));
    await tracing.stop();
    assert.deepEqual(
      collector.spans.map(({ name, parentId }) => [name, parentId]),
      [
        ['request', ''],
        ['by itself', ''],
        ['loop', ''],
      ],
    );
    assert.equal(new Set(collector.spans.map(({ traceId }) => traceId)).size, 3);
  });

  test('a failure goes on to the caller, and only its kind into the span', async (t) => {
    const { tracing, collector } = await scene(t);
    const error = Object.assign(new RangeError('secret'), { cause: 'secret' });
    assert.throws(
      () =>
        tracing.span('thrown', {}, () => {
          throw error;
        }),
      error,
    );
    const refused = Object.assign(new Error('secret'), { code: 'ECONNREFUSED' });
    await assert.rejects(
      tracing.span('rejected', {}, () => Promise.reject(refused)),
      refused,
    );
    await tracing.stop();
    const told = (name: string) => [collector.only(name).status, collector.only(name).attributes];
    assert.deepEqual(told('thrown'), ['ERROR', { 'error.type': 'RangeError' }]);
    assert.deepEqual(told('rejected'), ['ERROR', { 'error.type': 'ECONNREFUSED' }]);
    assert.ok(collector.bodies.every((body) => !body.includes('secret')));
  });

  test('a value has at most 1024 characters', async (t) => {
    const { tracing, collector } = await scene(t);
    tracing.span('long', { attributes: { path: '/'.repeat(16_000) } }, () => undefined);
    await tracing.stop();
    assert.equal(String(collector.only('long').attributes.path).length, 1024);
  });
});

test('NO_TRACER does the work, and nothing else', async () => {
  const error = new Error('x');
  const outcome = () => assert.fail();
  assert.equal(
    NO_TRACER.span('a', { outcome }, () => 7),
    7,
  );
  const promise = Promise.resolve(7);
  assert.equal(
    NO_TRACER.span('a', { outcome }, () => promise),
    promise,
  );
  await assert.rejects(
    NO_TRACER.span('a', {}, () => Promise.reject(error)),
    error,
  );
});
