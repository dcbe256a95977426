import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { stepCheck, UNKNOWN } from '../../../src/health/detector/check.ts';
import { letterOf, OUTCOMES, outcome } from './letters.ts';

/** rise 2, fall 3. Outcomes: . ok, b busy, t timeout, r refused, w wrong answer, s says down, - not probed. */
const TABLE: readonly (readonly [rule: string, outcomes: string, states: string])[] = [
  ['the first answer makes it up', '.', 'U'],
  ['nothing probed, nothing known', '--', '??'],
  ['the first timeout makes it suspect, the third in a row down', 'ttt', 'SSD'],
  ['also from up', '..ttt', 'UUSSD'],
  ['an answer between timeouts starts the count again: they never add up', '.tt.tt..tt', 'USSSSSSUSS'],
  ['suspect to up takes two answers in a row', '.t..', 'USSU'],
  ['a timeout between the answers starts that count again', '.t.t..', 'USSSSU'],
  ['refused is definite: down at once', '.r', 'UD'],
  ['so is a wrong answer', '.w', 'UD'],
  ["and the node's own word", '.s', 'UD'],
  ['and that no way leads there', '.u', 'UD'],
  ['definite from suspect', '.tr', 'USD'],
  ['down to up takes two answers in a row', '.r..', 'UDDU'],
  ['a failure between the answers starts that count again', '.r.r..', 'UDDDDU'],
  ['timeouts of one that is down change nothing', 'rttt', 'DDDD'],
  ['after down by timeouts one timeout is not down again, but suspect', 'ttt..t', 'SSDDUS'],
  ['busy is alive: suspect, however often', 'bbbbb', 'SSSSS'],
  ['busy from up', '.b', 'US'],
  ['busy to up takes two answers, of which busy is one', '.b.', 'USU'],
  ['busy counts on the way up, and makes it suspect there', '.rbb..', 'UDDSUU'],
  ['busy ends a row of timeouts', '.ttbt', 'USSSS'],
  ['what was not probed changes nothing and breaks no row', '.t-t-t.-.', 'USSSSDDDU'],
];

describe('rise and fall of one check', () => {
  for (const [rule, outcomes, states] of TABLE) {
    test(`${rule}: ${outcomes} → ${states}`, () => {
      let record = UNKNOWN;
      const seen = Array.from(outcomes).map((letter) => {
        record = stepCheck(record, outcome(letter), { rise: 2, fall: 3 });
        return letterOf(record.state);
      });
      assert.equal(seen.join(''), states);
    });
  }

  test('with rise 1 and fall 1 every outcome decides', () => {
    let record = UNKNOWN;
    const seen = Array.from('.t.r.').map((letter) => {
      record = stepCheck(record, outcome(letter), { rise: 1, fall: 1 });
      return letterOf(record.state);
    });
    assert.equal(seen.join(''), 'UDUDU');
  });

  test('only what the network cannot explain is proven', () => {
    const proven = (outcomes: string) =>
      Array.from(outcomes).reduce((r, letter) => stepCheck(r, outcome(letter), { rise: 2, fall: 3 }), UNKNOWN)
        .proven;
    assert.deepEqual(['r', 's', 'b', 'rt'].map(proven), [true, true, true, true]);
    assert.deepEqual(['t', 'ttt', 'u', 'w', '.', 'r..'].map(proven), [
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('the reason is told in words, with how often and how far back it is', () => {
    let record = UNKNOWN;
    const words = Array.from('tt.ts.').map((letter) => {
      record = stepCheck(record, outcome(letter), { rise: 3, fall: 5 });
      return record.why;
    });
    assert.deepEqual(words, [
      'no answer',
      'no answer (2 times in a row)',
      'no answer (2 times in a row); answers again (1 of 3)',
      'no answer',
      'worker died',
      'worker died; answers again (1 of 3)',
    ]);
  });

  test('whatever happened, `fall` timeouts make it down, and `rise` answers then make it up', () => {
    const letters = fc.array(fc.constantFrom(...Object.keys(OUTCOMES)), { maxLength: 30 });
    const count = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(letters, count, count, (past, rise, fall) => {
        const run = (more: string, from = UNKNOWN) =>
          Array.from(more).reduce((r, letter) => stepCheck(r, outcome(letter), { rise, fall }), from);
        const before = run(past.join(''));
        const down = run('t'.repeat(fall), before);
        assert.equal(down.state, 'down');
        assert.equal(run('.'.repeat(rise - 1), down).state, 'down');
        assert.equal(run('.'.repeat(rise), down).state, 'up');
      }),
      { numRuns: 200 },
    );
  });
});
