/** What becomes of spans on their way, and what the log says of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Delivery } from '../../src/tracing/delivery.ts';

const MINUTE = 60_000;
const span = {} as ReadableSpan;

/** A delivery of at most four spans, on a clock that the test sets, to a collector that answers as it says. */
function scene() {
  const log: [string, object, string][] = [];
  let now = 0;
  const passed: ReadableSpan[] = [];
  let answer: (result: ExportResult) => void = () => undefined;
  const done = () => Promise.resolve();
  const processor: SpanProcessor = {
    onStart: () => undefined,
    onEnd: (ended) => passed.push(ended),
    shutdown: done,
    forceFlush: done,
  };
  const exporter: SpanExporter = { export: (_, settled) => (answer = settled), shutdown: done };
  const logger = {
    info: (members: object, text: string) => log.push(['info', members, text]),
    warn: (members: object, text: string) => log.push(['warn', members, text]),
  };
  const delivery = new Delivery('http://c', 4, logger as never, () => now);
  const [bounded, watched] = [delivery.bounded(processor), delivery.watched(exporter)];
  return {
    ...{ delivery, log, passed },
    end: (count: number) => Array.from({ length: count }, () => bounded.onEnd(span)),
    send: (error?: string) => {
      const spans = passed.splice(0);
      watched.export(spans, () => undefined);
      answer(
        error === undefined
          ? { code: ExportResultCode.SUCCESS }
          : { code: ExportResultCode.FAILED, error: new Error(error) },
      );
    },
    pass: (milliseconds: number) => (now += milliseconds),
    counted: () => [delivery.delivered, delivery.lost],
  };
}

describe('Delivery', () => {
  test('lets so many wait, also while they are on their way, and counts the others as lost', () => {
    const { end, send, passed, counted, log } = scene();
    end(6);
    assert.equal(passed.length, 4);
    assert.deepEqual(counted(), [0, 2]);
    assert.deepEqual(log, [
      ['warn', { why: 'more spans than it takes', lost: 1 }, 'traces: spans for http://c are lost'],
    ]);
    send();
    assert.deepEqual(counted(), [4, 2]);
    end(4);
    assert.equal(passed.length, 4);
  });

  test('tells of a loss once in five minutes, with all that was lost since, and once of its end', () => {
    const { end, send, pass, log, counted } = scene();
    const lose = (count: number) => {
      end(count);
      send('connect ECONNREFUSED');
    };
    lose(1);
    lose(2);
    pass(4 * MINUTE);
    lose(3);
    assert.equal(log.length, 1);
    pass(MINUTE);
    lose(4);
    const lost = 'traces: spans for http://c are lost';
    assert.deepEqual(log, [
      ['warn', { why: 'connect ECONNREFUSED', lost: 1 }, lost],
      ['warn', { why: 'connect ECONNREFUSED', lost: 9 }, lost],
    ]);
    lose(1);
    for (const count of [1, 2]) {
      end(count);
      send();
    }
    assert.deepEqual(log.slice(2), [['info', { lost: 1 }, 'traces: http://c takes spans again']]);
    assert.deepEqual(counted(), [3, 11]);
    // So one that comes and goes does not fill the log either.
    lose(1);
    end(1);
    send();
    assert.equal(log.length, 3);
  });

  test('given up, what waits is lost, which is told in any case; what comes of it later counts no more', () => {
    const { delivery, end, send, log, counted } = scene();
    end(5);
    delivery.giveUp('it took longer than 2000 ms');
    assert.deepEqual(counted(), [0, 5]);
    assert.equal(log.length, 2);
    assert.deepEqual(log[1]?.[1], { why: 'it took longer than 2000 ms', lost: 4 });
    send('late');
    delivery.giveUp('again');
    assert.deepEqual(counted(), [0, 5]);
    assert.equal(log.length, 2);
  });
});
