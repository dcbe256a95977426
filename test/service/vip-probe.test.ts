/** What is asked through the VIP before and after a change, with fake workers at the VIP and at their nodes. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { stunProbe } from '../../src/health/probes/stun.ts';
import { intentFor } from '../../src/reconcile/balancer-intent.ts';
import { MOST_ENDPOINTS, vipEndpoints } from '../../src/service/vip-endpoints.ts';
import { vipProbe } from '../../src/service/vip-probe.ts';
import { credentialsOf, FakeWorker, told } from '../health/fake-worker.ts';
import { intentOf, topologyOf } from '../targets/documents.ts';

const VIP = '127.0.0.3';
const node = (id: string, address: string, mediaPorts: number | string, more: object = {}) => ({
  ...{ id, kind: 'mediasoup', vip: 'v', addresses: [address], mediaPorts: String(mediaPorts) },
  ...more,
});
const document = (nodes: object[], more: object = {}) => ({
  cluster: 'c',
  vips: [{ id: 'v', addresses: [VIP], media: { protocols: ['udp'], ports: '1024-65535' } }],
  nodes,
  ...more,
});

/** A worker at its node, and the same worker as the VIP leads to it. */
async function worker(t: TestContext, address: string) {
  const direct = await FakeWorker.start({ address });
  const { port, credentials } = direct;
  const through = await FakeWorker.start({ address: VIP, port, credentials });
  t.after(() => Promise.all([direct.stop(), through.stop()]));
  return { direct, through };
}

describe('the probe through the VIP', () => {
  test('blames a path on a change only where it worked before and its worker is well', async (t) => {
    const one = await worker(t, '127.0.0.1');
    const two = await worker(t, '127.0.0.2');
    const topology = topologyOf(
      document([node('a', '127.0.0.1', one.direct.port), node('b', '127.0.0.2', two.direct.port)], {
        health: { timeout: '400ms', interval: '1s' },
      }),
    );
    const credentials = credentialsOf([told('a', one.direct), told('b', two.direct)]);
    const probe = vipProbe({ topology: () => topology, stun: stunProbe({ credentials }), hurry: false });
    const intent = intentOf(topology);
    const names = [`${VIP}:${one.direct.port}/udp (a)`, `${VIP}:${two.direct.port}/udp (b)`];
    const ask = async (only: readonly string[] | null) =>
      Object.fromEntries(await probe(intent, { nodes: [], only: only && new Set(only) }));

    two.through.hung = true;
    assert.deepEqual(await ask(null), { [names[0]!]: true, [names[1]!]: false });
    assert.deepEqual(await ask([names[0]!]), { [names[0]!]: true });
    one.through.hung = true;
    assert.deepEqual(await ask([names[0]!]), { [names[0]!]: false });
    one.direct.hung = true;
    assert.deepEqual(await ask([names[0]!]), { [names[0]!]: true }, 'a dead node was blamed on the change');
  });

  test('knows of nothing where health checks are off, nor of media without credentials', async () => {
    const off = topologyOf(document([node('a', '127.0.0.1', 40000)], { health: { enabled: false } }));
    const on = topologyOf(document([node('a', '127.0.0.1', 40000)]));
    const stun = stunProbe({ credentials: credentialsOf([]) });
    for (const probe of [
      vipProbe({ topology: () => off, stun, hurry: true }),
      vipProbe({ topology: () => on, stun: null, hurry: true }),
    ])
      assert.deepEqual(await probe(intentOf(on), { nodes: [], only: null }), new Map());
  });
});

describe('what is asked', () => {
  const names = (topology: ReturnType<typeof topologyOf>, nodes: string[] = []) =>
    vipEndpoints(intentOf(topology), topology, nodes).map(({ name }) => name);

  test('is shared signalling, and media but that of draining nodes', () => {
    const topology = topologyOf({
      ...document([
        node('a', '127.0.0.1', '40000-40001', { signallingPort: 4443 }),
        node('b', '127.0.0.2', 40002, { signallingPort: 4443, state: 'draining' }),
      ]),
      vips: [
        {
          ...{ id: 'v', addresses: [VIP], signalling: { port: 443, domain: 'x.example' } },
          media: { protocols: ['udp', 'tcp'], ports: '40000-40099' },
        },
      ],
    });
    assert.deepEqual(names(topology), [
      `${VIP}:443/tcp (v/signalling)`,
      `${VIP}:40000/udp (a)`,
      `${VIP}:40000/tcp (a)`,
      `${VIP}:40001/udp (a)`,
      `${VIP}:40001/tcp (a)`,
    ]);
    const part = intentFor(intentOf(topology), { vips: null, services: 'signalling' });
    const [only, ...more] = vipEndpoints(part, topology, []);
    assert.deepEqual(more, []);
    assert.deepEqual(only?.kind === 'signalling' && [only.tls, only.host], ['insecure', 'x.example']);
  });

  test('is bounded: first what the change is about, then some of the others', () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      node(`n${i}`, `127.1.${i >> 8}.${i & 255}`, 40000 + i),
    );
    const asked = names(topologyOf(document(many)), ['n500', 'n7']);
    assert.equal(asked.length, MOST_ENDPOINTS);
    assert.deepEqual(asked.slice(0, 2), [`${VIP}:40500/udp (n500)`, `${VIP}:40007/udp (n7)`]);
    const ports = asked.slice(2).map((name) => Number(/:(\d+)/.exec(name)?.[1]));
    assert.ok(ports.some((port) => port < 40_100) && ports.some((port) => port > 40_900), asked.join());
    assert.equal(new Set(asked).size, MOST_ENDPOINTS);
  });
});
