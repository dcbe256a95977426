/** When a node asks for its next credential, and by what, on a clock that the test turns. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { pino } from 'pino';
import { CredentialKeeper } from '../../src/media-node/credential-keeper.ts';
import { DispatcherError } from '../../src/media-node/dispatchers.ts';
import {
  formatKept,
  keptFrom,
  parseKept,
  renewalTime,
  type KeptCredential,
} from '../../src/media-node/kept-credential.ts';
import { until } from './support.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;
const keptOf = (credential: string, received = START): KeptCredential => ({
  node: 'sfu-1',
  credential,
  received,
  expires: received + HOUR,
});
const refused = () => new DispatcherError('401 it is not good', 401);
const away = () => new DispatcherError('no answer', null);

describe('a kept credential', () => {
  test('is read as it was written, and renewed between a half and three quarters of its life', () => {
    const instant = fc.integer({ min: 0, max: 4e12 });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 60, max: 6e5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (at, life, chance) => {
          const answer = { node: 'sfu-1', credential: 'rlb_node.a.b.c', expires: '', expiresIn: life };
          const kept = keptFrom(answer, at);
          assert.deepEqual(parseKept(formatKept(kept)), kept);
          const part = (renewalTime(kept, () => chance) - kept.received) / (kept.expires - kept.received);
          assert.ok(part >= 0.499 && part <= 0.751, String(part));
        },
      ),
    );
  });

  test('is none where anything of it is missing or wrong', () => {
    const good = JSON.parse(formatKept(keptOf('a'))) as Record<string, unknown>;
    const wrong = [
      ...['', 'null', '[]', '{'],
      ...Object.keys(good).map((name) => JSON.stringify({ ...good, [name]: undefined })),
      JSON.stringify({ ...good, credential: 'two words' }),
      JSON.stringify({ ...good, expires: good.received }),
    ];
    for (const text of wrong) assert.equal(parseKept(text), undefined, text);
  });
});

interface Said {
  readonly level: number;
  readonly reason?: string;
  readonly msg: string;
}

/** @param answers what dispatchers say to each token that they are shown, in turn */
function keeperWith(answers: readonly (string | Error)[], kept?: KeptCredential, secret?: string) {
  const clock = { now: START };
  const stop = new AbortController();
  const shown: string[] = [];
  const pauses: number[] = [];
  const saved: KeptCredential[] = [];
  const said: Said[] = [];
  const held = { secret };
  const keeper = new CredentialKeeper({
    node: 'sfu-1',
    kept,
    enrolment: () => held.secret,
    enrolmentFile: '/etc/enrolment',
    swap: (token) => {
      const answer = answers[shown.push(token) - 1];
      if (answer === undefined) stop.abort();
      if (typeof answer !== 'string') return Promise.reject(answer ?? away());
      return Promise.resolve({ node: 'sfu-1', credential: answer, expires: '', expiresIn: HOUR / 1000 });
    },
    save: (one) => {
      saved.push(one);
      return Promise.resolve();
    },
    retry: { first: 1, most: 15 },
    logger: pino({}, { write: (line: string) => said.push(JSON.parse(line) as Said) }),
    now: () => clock.now,
    random: () => 0,
    pause: (milliseconds) => {
      pauses.push(milliseconds);
      clock.now += milliseconds;
      // Nothing is answered any more: let it not turn for ever.
      if (pauses.length > 50) stop.abort();
      return Promise.resolve();
    },
  });
  return { keeper, stop, shown, pauses, saved, said, held, run: () => keeper.run(stop.signal) };
}

describe('the keeper of a credential', () => {
  test('swaps the enrolment secret, then renews by what it was given, each time it is half over', async () => {
    const { keeper, run, shown, pauses, saved } = keeperWith(['one', 'two', 'three'], undefined, 'secret');
    await run();
    await keeper.ready;
    assert.deepEqual(shown, ['secret', 'one', 'two', 'three']);
    assert.deepEqual(pauses.slice(0, 3), [HOUR / 2, HOUR / 2, HOUR / 2]);
    assert.deepEqual(
      saved.map(({ credential }) => credential),
      ['one', 'two', 'three'],
    );
    assert.equal(keeper.token, 'three');
  });

  test('goes on from an earlier run without the secret', async () => {
    const { keeper, run, shown } = keeperWith(['two'], keptOf('one'));
    await keeper.ready;
    assert.equal(keeper.token, 'one');
    await run();
    assert.deepEqual(shown.slice(0, 1), ['one']);
    assert.equal(keeper.token, 'two');
  });

  test('tries again where nobody answers, keeps showing what it has, and says so once', async () => {
    const { keeper, run, pauses, said, shown } = keeperWith(
      [away(), away(), away(), 'two'],
      keptOf('one'),
      'secret',
    );
    await run();
    assert.deepEqual(pauses.slice(1, 4), [1000, 2000, 4000]);
    assert.deepEqual(shown.slice(0, 4), ['one', 'one', 'one', 'one']);
    assert.equal(keeper.token, 'two');
    assert.deepEqual(
      said.slice(0, 2).map(({ msg }) => msg),
      ['the credential is not renewed yet', 'credential of this node'],
    );
  });

  test('falls back to the secret where the credential is refused', async () => {
    const { keeper, run, shown } = keeperWith([refused(), 'two'], keptOf('one'), 'secret');
    await run();
    assert.deepEqual(shown.slice(0, 2), ['one', 'secret']);
    assert.equal(keeper.token, 'two');
  });

  test('says what to do once nothing is good any more, and takes a new secret without a restart', async () => {
    const setting = keeperWith([refused(), 'two'], keptOf('one', START - 2 * HOUR), 'old');
    let ready = false;
    void setting.keeper.ready.then(() => (ready = true));
    await setting.run();
    assert.deepEqual(setting.shown.slice(0, 2), ['old', 'old']);
    const [first] = setting.said;
    assert.equal(first?.level, 50);
    assert.match(String(first.reason), /roomlb enroll sfu-1 and put what it prints into \/etc\/enrolment/);
    assert.equal(setting.keeper.token, 'two');
    assert.ok(ready);

    const none = keeperWith([], keptOf('one', START - 2 * HOUR));
    await none.run();
    assert.deepEqual(none.shown, []);
    assert.match(String(none.said[0]?.reason), /it has expired; run roomlb enroll sfu-1/);
    assert.equal(none.said.length, 1);
  });

  test('never logs what it shows', async () => {
    const { run, said } = keeperWith(['SECRET-1', refused(), refused(), 'SECRET-2'], undefined, 'SECRET-0');
    await run();
    assert.ok(said.length > 0);
    assert.ok(!JSON.stringify(said).includes('SECRET-'));
  });

  test('renews before its time once a dispatcher refuses it, unless it is new', async () => {
    let waits = 0;
    const shown: string[] = [];
    const clock = { now: START };
    const stop = new AbortController();
    const keeper = new CredentialKeeper({
      node: 'sfu-1',
      kept: keptOf('one'),
      enrolment: () => undefined,
      enrolmentFile: '/etc/enrolment',
      swap: (token) => {
        if (shown.push(token) === 2) stop.abort();
        return Promise.resolve({ node: 'sfu-1', credential: 'two', expires: '', expiresIn: 3600 });
      },
      save: () => Promise.resolve(),
      retry: { first: 1, most: 15 },
      logger: pino({ level: 'silent' }),
      now: () => clock.now,
      pause: (_, signal) => {
        waits++;
        return new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    });
    const running = keeper.run(stop.signal);
    // At once, since what it kept may be of a key that is long gone.
    keeper.refused();
    await until('it is renewed', () => shown.length === 1);
    await until('it waits for the next renewal', () => waits === 2);
    keeper.refused();
    await setImmediate();
    assert.deepEqual(shown, ['one']);
    clock.now += 30_000;
    keeper.refused();
    await running;
    assert.deepEqual(shown, ['one', 'two']);
  });
});
