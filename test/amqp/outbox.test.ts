/** What goes out, again or never, by a model that keeps a state for each event. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Outbox } from '../../src/amqp/outbox.ts';
import { History } from '../../src/events/history.ts';

const EPOCH = '0123456789ab';
const MANY = { events: 1000, bytes: 1_000_000 };
const event = (why = '') => ({ type: 'store.degraded', at: 0, why }) as const;

type State = 'waiting' | 'flying' | 'done' | 'lost';
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('add' as const), pick: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ what: fc.constant('take' as const), pick: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('settle' as const), pick: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constantFrom('rewind' as const, 'forget' as const), pick: fc.nat() }),
    },
  ),
  { maxLength: 120, size: 'max' },
);

test('each event goes out in its order until it is settled, or is counted as lost once', () => {
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      (todo, kept, window) => {
        const history = new History(EPOCH, { events: kept, bytes: MANY.bytes });
        let lost = 0;
        const outbox = new Outbox(history, { events: window, bytes: MANY.bytes }, (count) => {
          assert.ok(count > 0);
          lost += count;
        });
        const states: State[] = [];
        const numbers = (state: State) => states.flatMap((one, i) => (one === state ? [i + 1] : []));
        const turn = (from: State, to: State, which: (seq: number) => boolean) => {
          for (const seq of numbers(from)) if (which(seq)) states[seq - 1] = to;
        };
        const forget = () => turn('waiting', 'lost', (seq) => history.at(seq) === undefined);
        for (const { what, pick } of todo) {
          if (what === 'add') {
            for (let i = 0; i <= pick; i++) {
              history.add(event());
              states.push('waiting');
            }
          } else if (what === 'take') {
            for (let i = 0; i <= pick; i++) {
              forget();
              const expected = numbers('flying').length < window ? numbers('waiting')[0] : undefined;
              assert.equal(outbox.take()?.seq, expected);
              turn('waiting', 'flying', (seq) => seq === expected);
            }
          } else if (what === 'settle') {
            const flying = numbers('flying');
            const seq = flying[pick % flying.length];
            if (seq === undefined) continue;
            outbox.settle(seq);
            states[seq - 1] = 'done';
          } else if (what === 'rewind') {
            outbox.rewind();
            turn('flying', 'waiting', () => true);
          } else {
            outbox.forget();
            forget();
          }
          assert.equal(outbox.waiting, numbers('waiting').length + numbers('flying').length);
          assert.equal(lost, numbers('lost').length);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('no more bytes are on their way than the window, but for one event', () => {
  const history = new History(EPOCH, MANY);
  for (let i = 0; i < 5; i++) history.add(event('x'.repeat(300)));
  const outbox = new Outbox(history, { events: 100, bytes: 500 }, () => assert.fail());
  assert.deepEqual([outbox.take()?.seq, outbox.take()?.seq, outbox.take()], [1, 2, undefined]);
  outbox.settle(2);
  assert.deepEqual([outbox.take()?.seq, outbox.take()], [3, undefined]);
  outbox.rewind();
  assert.equal(outbox.take()?.seq, 1);
  outbox.rewind();
  assert.deepEqual([outbox.take()?.seq, outbox.take()?.seq, outbox.take()], [1, 3, undefined]);
});
