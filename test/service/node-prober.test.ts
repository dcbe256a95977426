/** Who may ask at once; what is asked and answered is tested in test/api/node-probe.test.ts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Outcome } from '../../src/health/outcome.ts';
import type { Probe, Probes } from '../../src/health/probe.ts';
import type { CheckType } from '../../src/topology/health/config.ts';
import { NodeProber } from '../../src/service/node-prober.ts';
import { parse } from '../fixtures/cluster.ts';

const NODES = 12;
const topology = parse(`
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], signalling: { port: 80, tls: off } }]
health: { checks: [tcp] }
nodes:
${Array.from({ length: NODES }, (_, i) => `  - { id: n${i}, kind: mediasoup, vip: v, addresses: [10.0.0.${i + 1}], signallingPort: 80 }`).join('\n')}
`);

/** Probes that end when they are told to, and send nothing. */
function heldProbes() {
  const asked: string[] = [];
  const ends: (() => void)[] = [];
  const probe = <C extends CheckType>(check: C): Probe<C> => ({
    check,
    run: ({ node }) =>
      new Promise<Outcome>((resolve) => {
        asked.push(node);
        ends.push(() => resolve({ kind: 'ok', rtt: 1 }));
      }),
  });
  const probes: Probes = {
    stun: probe('stun'),
    'vip-stun': probe('vip-stun'),
    tcp: probe('tcp'),
    http: probe('http'),
    janus: probe('janus'),
    heartbeat: probe('heartbeat'),
  };
  return { probes, asked, endAll: () => ends.splice(0).forEach((end) => end()) };
}

const proberWith = (probes: Probes) => new NodeProber({ topology: () => topology, probes, now: () => 1 });

describe('nodes that are probed by request', () => {
  test('whoever asks for one that is being asked gets the same answer; later it is asked again', async () => {
    const { probes, asked, endAll } = heldProbes();
    const prober = proberWith(probes);
    const many = Array.from({ length: 20 }, () => prober.probe('n0'));
    endAll();
    const answers = await Promise.all(many);
    assert.deepEqual(asked, ['n0']);
    assert.ok(answers.every((answer) => answer.result === 'probed'));
    const again = prober.probe('n0');
    endAll();
    await again;
    assert.deepEqual(asked, ['n0', 'n0']);
  });

  test('eight at once, and more when those have ended', async () => {
    const { probes, asked, endAll } = heldProbes();
    const prober = proberWith(probes);
    const all = topology.nodes.map(({ id }) => prober.probe(id));
    assert.equal(asked.length, 8);
    endAll();
    const results = (await Promise.all(all)).map(({ result }) => result);
    assert.equal(results.filter((result) => result === 'probed').length, 8);
    assert.equal(results.filter((result) => result === 'busy').length, NODES - 8);
    const next = prober.probe('n11');
    endAll();
    assert.equal((await next).result, 'probed');
  });
});
