/** `POST /v1/nodes/{id}/probe`, and `roomlb probe` and `roomlb health` by way of a dispatcher. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import type { ProbeReport } from '../../src/health/probe-now.ts';
import { createProbes } from '../../src/health/probes/registry.ts';
import type { Heartbeat } from '../../src/health/sources.ts';
import { NodeProber } from '../../src/service/node-prober.ts';
import { openStore } from '../../src/store/open.ts';
import { roomlb } from '../cli/roomlb.ts';
import { parse } from '../fixtures/cluster.ts';
import { credentialsOf, FakeWorker, told } from '../health/fake-worker.ts';

/** Two nodes, each with a fake worker at an address of its own; through the VIP only the first is reached. */
const topologyOf = (one: FakeWorker, two: FakeWorker, more = '', timeout = '30s') => `
cluster: c
vips: [{ id: v, addresses: [127.0.0.3], media: { protocols: [udp], ports: 1024-65535 } }]
health: { interval: 1m, timeout: ${timeout}, checks: [stun, vip-stun, heartbeat]${more} }
nodes:
  - { id: sfu-1, kind: mediasoup, vip: v, addresses: [127.0.0.1], mediaPorts: ${one.port} }
  - { id: sfu-2, kind: mediasoup, vip: v, addresses: [127.0.0.2], mediaPorts: ${two.port} }
`;

describe('probing a node by request', () => {
  let one: FakeWorker;
  let two: FakeWorker;
  /** The first worker, as the VIP leads to it. */
  let through: FakeWorker;
  let apps: FastifyInstance[] = [];
  const heartbeats = new Map<string, Heartbeat>();

  const serve = async (text: string, probing = true) => {
    const store = await openStore('memory');
    const dispatcher = new Dispatcher(store.claims, parse(text));
    const editor = new TopologyEditor(store.topology, dispatcher);
    const probes = createProbes({
      credentials: credentialsOf([told('sfu-1', one), told('sfu-2', two)]),
      heartbeats: { last: (node) => heartbeats.get(node) },
      now: () => 0,
      secret: () => undefined,
    });
    const topology = () => dispatcher.snapshot.view.topology;
    const prober = new NodeProber({ topology, probes: probing ? probes : null, now: () => 1234 });
    const app = await buildServer({ dispatcher, editor, targets: [], ready: () => store.ready(), prober });
    apps.push(app);
    return app;
  };
  const probe = async (app: FastifyInstance, node: string) => {
    const response = await app.inject({ method: 'POST', url: `/v1/nodes/${node}/probe` });
    return { status: response.statusCode, body: response.json() };
  };

  before(async () => {
    one = await FakeWorker.start();
    two = await FakeWorker.start({ address: '127.0.0.2' });
    through = await FakeWorker.start({ address: '127.0.0.3', port: one.port, credentials: one.credentials });
    heartbeats.set('sfu-1', { at: 0, state: 'serving' });
  });
  after(async () => {
    await Promise.all([...apps.map((app) => app.close()), one.stop(), two.stop(), through.stop()]);
    apps = [];
  });

  test('answers what each check found out, how long it took, and what to look at', async () => {
    const app = await serve(topologyOf(one, two));
    const { status, body } = await probe(app, 'sfu-1');
    assert.equal(status, 200);
    assert.deepEqual([body.node, body.at], ['sfu-1', 1234]);
    const results = body.results.map(({ check, target, outcome, verdict, hint }: ProbeReport) => [
      check,
      target,
      outcome.kind,
      verdict,
      hint,
    ]);
    assert.deepEqual(results, [
      ['stun', `127.0.0.1:${one.port}/udp`, 'ok', undefined, undefined],
      ['vip-stun', `127.0.0.3:${one.port}/udp`, 'ok', 'fine', undefined],
      ['heartbeat', null, 'ok', undefined, undefined],
    ]);
    for (const { took } of body.results) assert.ok(took >= 0);
  });

  test('tells a path that leads nowhere from a node that is down', async () => {
    const app = await serve(topologyOf(one, two));
    const byCheck = async () => {
      const { body } = await probe(app, 'sfu-2');
      return Object.fromEntries(body.results.map((result: ProbeReport) => [result.check, result]));
    };
    const dead = await byCheck();
    assert.equal(dead.stun.outcome.kind, 'ok');
    assert.equal(dead['vip-stun'].verdict, 'dead');
    assert.match(dead['vip-stun'].hint, /rule for this port/);
    assert.equal(dead.heartbeat.outcome.kind, 'skipped');
    two.hung = true;
    const unproven = await byCheck();
    two.hung = false;
    assert.equal(unproven.stun.outcome.kind, 'timeout');
    assert.equal(unproven['vip-stun'].verdict, 'unproven');
  });

  test('no answer tells a credential', async () => {
    const app = await serve(topologyOf(one, two));
    for (const node of ['sfu-1', 'sfu-2']) {
      const text = JSON.stringify((await probe(app, node)).body);
      for (const { credentials } of [one, two]) {
        assert.ok(!text.includes(credentials.password) && !text.includes(credentials.usernameFragment));
      }
    }
  });

  test('nothing is sent where nothing is to be sent, nor to a node that is not there', async () => {
    const before = one.received;
    const silent = await serve(topologyOf(one, two), false);
    const off = await serve(topologyOf(one, two, ', enabled: false'));
    const [refused, disabled, missing] = [
      await probe(silent, 'sfu-1'),
      await probe(off, 'sfu-1'),
      await probe(off, 'sfu-9'),
    ];
    assert.deepEqual([refused.status, refused.body.type], [409, 'urn:roomlb:problem:probes-off']);
    assert.match(disabled.body.detail, /enabled: false/);
    assert.equal(missing.status, 404);
    assert.equal(one.received, before);
  });

  describe('roomlb probe NODE --dispatcher URL', () => {
    const listen = async (app: FastifyInstance) => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return ['--dispatcher', `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`];
    };

    test('prints what the dispatcher found out', async () => {
      const at = await listen(await serve(topologyOf(one, two)));
      const fine = await roomlb('probe', 'sfu-1', ...at);
      assert.equal(fine.code, 0, fine.out + fine.err);
      assert.match(fine.out, /sfu-1 +vip-stun +127\.0\.0\.3:\d+\/udp +ok /);
      const dead = await roomlb('probe', 'sfu-2', ...at);
      assert.equal(dead.code, 3, dead.out);
      assert.match(dead.out, / (timeout|refused) \(path dead\) /);
      assert.match(dead.out, /^hint: vip-stun \w+: The worker answers at its own address/m);
    });

    test('passes on why it may not: 2 for a bad request, 3 where nobody is', async () => {
      const at = await listen(await serve(topologyOf(one, two), false));
      const missing = await roomlb('probe', 'sfu-9', ...at);
      assert.deepEqual([missing.code, missing.out], [2, '']);
      assert.match(missing.err, /404 the topology has no node "sfu-9"/);
      assert.match((await roomlb('probe', 'sfu-1', ...at)).err, /409 this dispatcher sends no probes/);
    });
  });
});
