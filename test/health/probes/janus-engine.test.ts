/** The janus probe against Janus itself, and what the detector makes of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { DEFAULT_HEALTH } from '../../../src/topology/health/config.ts';
import { Detector } from '../../../src/health/detector/detector.ts';
import type { EndpointOf } from '../../../src/health/endpoint.ts';
import type { Outcome } from '../../../src/health/outcome.ts';
import { janusProbe } from '../../../src/health/probes/janus.ts';
import { janusAt } from '../endpoints.ts';
import { JANUS_SKIP, startJanus, type JanusProcess } from './janus-process.ts';

describe('a real Janus', { skip: JANUS_SKIP }, () => {
  let janus: JanusProcess;
  let endpoint: EndpointOf<'janus'>;
  let detector: Detector;
  let now = 0;
  const probe = janusProbe({ secret: (file) => readFileSync(file, 'utf8').trim() });

  /** Probes once, as the scheduler would, and tells what came back and what is believed then. */
  const round = async (timeout = 30_000): Promise<{ outcome: Outcome; state: string | undefined }> => {
    const outcome = await probe.run({ ...endpoint, timeout });
    now += endpoint.interval;
    detector.observe(endpoint.id, outcome, now);
    return { outcome, state: detector.states().get(endpoint.node) };
  };

  before(async () => {
    janus = await startJanus();
    const { adminPort: port, secretFile } = janus;
    endpoint = janusAt(janus.port, { admin: { port, path: '/admin', secretFile } });
    detector = new Detector({ ...DEFAULT_HEALTH, panicThreshold: null, damping: null }, [endpoint], now);
  });
  after(() => janus.stop());

  test('that runs is up, and tells its version and sessions', async () => {
    assert.equal((await janus.ask({ janus: 'create' })).janus, 'success');
    const { outcome, state } = await round();
    assert.ok(outcome.kind === 'ok', JSON.stringify(outcome));
    assert.match(String(outcome.detail?.version), /^\d+\.\d+\.\d+$/);
    assert.equal(outcome.detail?.sessions, 1);
    assert.equal(state, 'up');
  });

  test('keeps its load to itself without the secret, and is none the worse for it', async () => {
    const outcome = await janusProbe({ secret: () => 'wrong' }).run({ ...endpoint, timeout: 30_000 });
    assert.ok(outcome.kind === 'ok');
    assert.equal(outcome.detail?.admin, 'the question was refused');
  });

  test('that accepts no new sessions is busy: suspect, and not down however long', async () => {
    assert.equal((await janus.admin({ janus: 'accept_new_sessions', accept: false })).janus, 'success');
    assert.equal((await janus.ask({ janus: 'create' })).janus, 'error');
    for (let i = 0; i < DEFAULT_HEALTH.fall + 1; i++) {
      const { outcome, state } = await round();
      assert.equal(outcome.kind, 'busy', JSON.stringify(outcome));
      assert.equal(state, 'suspect');
    }
    await janus.admin({ janus: 'accept_new_sessions', accept: true });
    await round();
    assert.equal((await round()).state, 'up');
  });

  test('that is stopped is silent, though its kernel takes connections: suspect, then down', async () => {
    janus.kill('SIGSTOP');
    const rounds = [];
    for (let i = 0; i < DEFAULT_HEALTH.fall; i++) rounds.push(await round(200));
    janus.kill('SIGCONT');
    assert.deepEqual(
      rounds.map(({ outcome, state }) => [outcome.kind, state]),
      [
        ['timeout', 'suspect'],
        ['timeout', 'suspect'],
        ['timeout', 'down'],
      ],
    );
    await round();
    assert.equal((await round()).state, 'up');
  });

  test('that is killed is refused: down at once', async () => {
    janus.kill('SIGKILL');
    await janus.exited;
    const { outcome, state } = await round();
    assert.equal(outcome.kind === 'failure' && outcome.reason, 'refused', JSON.stringify(outcome));
    assert.equal(state, 'down');
  });
});
