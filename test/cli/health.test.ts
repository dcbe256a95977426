/** `roomlb health`, `drain` and the like against a dispatcher whose detector is told what probes would find. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { buildServer } from '../../src/api/server.ts';
import { CliError, EXIT } from '../../src/cli/exit.ts';
import { age } from '../../src/cli/health/table.ts';
import { transitions } from '../../src/cli/health/transitions.ts';
import { redraw, watchHealth } from '../../src/cli/health/watch.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { Detector } from '../../src/health/detector/detector.ts';
import type { Endpoint } from '../../src/health/endpoint.ts';
import type { Outcome } from '../../src/health/outcome.ts';
import { planProbes } from '../../src/health/plan.ts';
import { HealthReader, NOTHING_KNOWN } from '../../src/service/health-reader.ts';
import { openStore } from '../../src/store/open.ts';
import { parse } from '../fixtures/cluster.ts';
import { roomlb } from './roomlb.ts';

const TEXT = `
cluster: c
vips: [{ id: v, addresses: [203.0.113.1], media: { protocols: [udp], ports: 40000-40099 } }]
health: { checks: [stun, vip-stun] }
nodes:
  - { id: sfu-1, kind: mediasoup, vip: v, addresses: [10.0.0.1], mediaPorts: 40000-40001 }
  - { id: sfu-2, kind: mediasoup, vip: v, addresses: [10.0.0.2], mediaPorts: "40002" }
  - { id: old, kind: mediasoup, vip: v, addresses: [10.0.0.3], mediaPorts: "40003", state: disabled }
`;
const ESCAPE = '\x1b';
const START = 1_700_000_000_000;

describe('roomlb health', () => {
  const topology = parse(TEXT);
  const { endpoints } = planProbes(topology, topology.health);
  let now: number;
  let detector: Detector;
  let app: FastifyInstance;
  let reader: HealthReader;
  let at: string[];

  const observe = (matching: (endpoint: Endpoint) => boolean, outcome: Outcome) => {
    for (const { id } of endpoints.filter(matching)) detector.observe(id, outcome, now);
  };
  const well = { kind: 'ok', rtt: 0.25 } as const;

  before(async () => {
    const store = await openStore('memory');
    const dispatcher = new Dispatcher(store.claims, topology);
    const editor = new TopologyEditor(store.topology, dispatcher);
    reader = new HealthReader(dispatcher, {
      ...NOTHING_KNOWN,
      probing: () => 'active',
      detector: () => detector,
      now: () => now,
    });
    app = await buildServer({ dispatcher, editor, targets: [], ready: () => store.ready(), health: reader });
    await app.listen({ host: '127.0.0.1', port: 0 });
    at = ['--dispatcher', `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`];
  });
  after(() => app.close());
  beforeEach(() => {
    now = START;
    detector = new Detector(topology.health, endpoints, now);
    observe(() => true, well);
  });
  const lines = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));

  test('all up is exit code 0: state, since, last probes, and the way through the VIP', async () => {
    now = START + 185_000;
    const { code, out } = await roomlb('health', ...at);
    assert.equal(code, 0, out);
    assert.deepEqual(lines(out).slice(0, 4), [
      ['NODE', 'STATE', 'SINCE', 'LAST PROBES', 'THROUGH THE VIP', 'WHY'],
      ['old', 'unknown, disabled', '–', '–', '–'],
      ['sfu-1', 'up', '3m05s', 'stun 2 of 2 0.25 ms, vip-stun 2 of 2 0.25 ms', 'fine'],
      ['sfu-2', 'up', '3m05s', 'stun 0.25 ms, vip-stun 0.25 ms', 'fine'],
    ]);
  });

  test('a node that is not up is exit code 1, with why, and what to look at', async () => {
    const wrong: Outcome = {
      kind: 'failure',
      reason: 'wrong-node',
      why: "the VIP's port 40001 leads elsewhere",
      answeredBy: 'sfu-2',
    };
    observe(({ id }) => id.endsWith('vip-stun/udp/203.0.113.1/40001'), wrong);
    const { code, out } = await roomlb('health', ...at);
    assert.equal(code, 1);
    const [, , row] = lines(out);
    assert.deepEqual(row?.slice(0, 5), [
      'sfu-1',
      'suspect',
      '0s',
      'stun 2 of 2 0.25 ms, vip-stun 1 of 2 wrong-node',
      '1 wrong-node (to sfu-2), 1 fine',
    ]);
    assert.match(out, /^hint: sfu-1 vip-stun wrong-node: The rule of this port leads to another worker/m);
  });

  test('one node: each check, its history and hints', async () => {
    observe(({ id }) => id.startsWith('sfu-2/stun'), {
      kind: 'failure',
      reason: 'refused',
      why: 'connection refused',
    });
    const { code, out } = await roomlb('health', '--node', 'sfu-2', ...at);
    assert.equal(code, 1);
    assert.match(out, /^sfu-2: down since /);
    assert.match(out, /^stun +10\.0\.0\.2:40002\/udp +down +refused /m);
    assert.match(out, /^2023-11-14T22:13:20\.000Z +up → down +connection refused/m);
    assert.match(out, /^hint: sfu-2 stun refused: /m);
    assert.equal((await roomlb('health', '--node', 'sfu-1', ...at)).code, 0);
    assert.equal((await roomlb('health', '--node', 'sfu-9', ...at)).code, 2);
    assert.equal((await roomlb('health', '--node', 'sfu-1', '--watch', ...at)).code, 2);
  });

  test('--json is the answer of GET /v1/health', async () => {
    const { code, json } = await roomlb('health', '--json', ...at);
    assert.equal(code, 0);
    assert.deepEqual(json(), (await app.inject('/v1/health')).json());
  });

  test('a dispatcher that is not there is exit code 3', async () => {
    const { code, err } = await roomlb('health', '--dispatcher', 'http://127.0.0.1:1');
    assert.equal(code, 3);
    assert.match(err, /GET http:\/\/127\.0\.0\.1:1\/v1\/health/);
  });

  test('what a node says of itself moves no cursor', async () => {
    observe(({ id }) => id.startsWith('sfu-2/stun'), {
      kind: 'failure',
      reason: 'says-down',
      why: '\x1b[2Jowned\r\n',
    });
    for (const args of [[], ['--node', 'sfu-2']]) {
      const { out } = await roomlb('health', ...args, ...at);
      assert.match(out, /owned/);
      assert.ok(!out.includes(ESCAPE) && !out.includes('\r'));
    }
  });

  describe('--watch', () => {
    const collect = (terminal?: { columns: number; rows: number }) => {
      const printed: string[] = [];
      const io = {
        out: (text: string) => void printed.push(text),
        err: (text: string) => void printed.push(`err ${text}`),
        colour: false,
        terminal: () => terminal,
      };
      return { printed, io };
    };
    /** Reads as often as there are steps, each of which changes what is found; then it is stopped. */
    const watch = async (
      steps: (() => void)[],
      json = false,
      terminal?: { columns: number; rows: number },
    ) => {
      const { printed, io } = collect(terminal);
      const controller = new AbortController();
      const queue = [() => undefined, ...steps];
      const read = () => {
        const step = queue.shift();
        if (queue.length === 0) controller.abort();
        step?.();
        return Promise.resolve(reader.report());
      };
      const report = await watchHealth(io, { read, interval: 1, json, stop: controller.signal });
      return { printed, report };
    };

    test('away from a terminal appends what changed, and nothing where nothing did', async () => {
      const { printed, report } = await watch([
        () => undefined,
        () => {
          now += 2000;
          observe(({ id }) => id.startsWith('sfu-2/stun'), {
            kind: 'failure',
            reason: 'refused',
            why: 'connection refused',
          });
        },
      ]);
      assert.match(printed[0]!, /^NODE /);
      assert.deepEqual(printed.slice(1).filter(Boolean), [
        '2023-11-14T22:13:22.000Z sfu-2 up → down: connection refused\n',
      ]);
      assert.equal(report.nodes.find(({ node }) => node === 'sfu-2')?.state, 'down');
    });

    test('tells changes of a path', async () => {
      const dead = ({ id }: Endpoint) => id.endsWith('/vip-stun/udp/203.0.113.1/40000');
      const { printed } = await watch([
        () => {
          for (let i = 0; i < topology.health.fall; i++) observe(dead, { kind: 'timeout', why: 'no answer' });
        },
      ]);
      assert.match(printed.at(-1)!, /sfu-1 path by 203\.0\.113\.1:40000\/udp fine → dead: no answer/);
    });

    test('tells changes of the administrative state, of panic, and of which nodes there are', () => {
      const before = reader.report();
      const [old, one] = before.nodes;
      const after = {
        ...before,
        at: START + 1000,
        panic: { ...before.panic, on: true },
        nodes: [
          { ...one!, admin: 'draining' as const },
          { ...one!, node: 'sfu-9', why: 'new here' },
        ],
      };
      assert.equal(old?.node, 'old');
      assert.deepEqual(transitions(before, before), []);
      assert.deepEqual(
        transitions(before, after).map((line) => line.replace('2023-11-14T22:13:21.000Z ', '')),
        [
          'sfu-1 active → draining',
          'sfu-9 is new: up: new here',
          'old is no longer in the topology',
          'sfu-2 is no longer in the topology',
          'panic begins: states are held',
        ],
      );
    });

    test('goes on while the dispatcher is away, and says so once', async () => {
      const { printed, io } = collect();
      const controller = new AbortController();
      let reads = 0;
      const read = () => {
        reads++;
        if (reads === 2 || reads === 3) return Promise.reject(new CliError(EXIT.unreachable, 'nobody there'));
        if (reads === 4) controller.abort();
        return Promise.resolve(reader.report());
      };
      await watchHealth(io, { read, interval: 1, json: false, stop: controller.signal });
      assert.equal(reads, 4);
      assert.deepEqual(printed.slice(1).filter(Boolean), [
        'err nobody there\n',
        'err the dispatcher answers again\n',
      ]);
      const fail = () => Promise.reject(new CliError(EXIT.unreachable, 'nobody there'));
      await assert.rejects(
        watchHealth(io, { read: fail, interval: 1, json: false, stop: controller.signal }),
      );
    });

    test('on a terminal draws over what was there; as JSON it is a report a line', async () => {
      const drawn = await watch([() => undefined], false, { columns: 40, rows: 24 });
      for (const text of drawn.printed) {
        assert.ok(text.startsWith(`${ESCAPE}[HNODE `) && text.endsWith(`${ESCAPE}[K\n${ESCAPE}[J`), text);
      }
      const { printed } = await watch([() => undefined], true);
      assert.deepEqual(
        printed.map((line) => JSON.parse(line).nodes.length),
        [3, 3],
      );
    });
  });
});

test('a drawing fits its terminal: long lines are cut, and lines beyond are counted', () => {
  const text = Array.from({ length: 10 }, (_, i) => `line ${i} ↔ ${'x'.repeat(20)}\n`).join('');
  const lines = redraw(text, { columns: 8, rows: 5 })
    .replaceAll(new RegExp(`${ESCAPE}\\[[HKJ]`, 'g'), '')
    .trimEnd()
    .split('\n');
  assert.deepEqual(lines, ['line 0 ↔', 'line 1 ↔', 'line 2 ↔', '… 7 line']);
});

test('ages', () => {
  const of = (seconds: number) => age(0, seconds * 1000);
  assert.deepEqual([0, 59, 60, 185, 3600, 7384, 172_800].map(of), [
    '0s',
    '59s',
    '1m00s',
    '3m05s',
    '1h00m',
    '2h03m',
    '2d',
  ]);
  assert.equal(age(null, 0), '–');
  assert.equal(age(5000, 0), '0s');
});

describe('roomlb drain, undrain, disable, enable', () => {
  test('each changes the state of a node at the dispatcher, and says so', async () => {
    const store = await openStore('memory');
    const dispatcher = new Dispatcher(store.claims, parse(TEXT));
    const app = await buildServer({
      dispatcher,
      editor: new TopologyEditor(store.topology, dispatcher),
      targets: [],
      ready: () => store.ready(),
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const at = ['--dispatcher', `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`];
    for (const [command, state] of [
      ['drain', 'draining'],
      ['undrain', 'active'],
      ['disable', 'disabled'],
      ['enable', 'active'],
    ] as const) {
      const { code, out, err } = await roomlb(command, 'sfu-1', ...at);
      assert.deepEqual([code, out], [0, `sfu-1: ${state}\n`], err);
      assert.equal(dispatcher.snapshot.view.nodes.get('sfu-1')?.state, state);
    }
    assert.equal((await roomlb('disable', 'sfu-2', ...at)).code, 0);
    const last = await roomlb('disable', 'sfu-1', ...at);
    assert.equal(last.code, 2);
    assert.match(last.err, /409 VIP v would have no node any more/);
    assert.equal((await roomlb('disable', 'sfu-1', '--allow-empty', ...at)).out, 'sfu-1: disabled\n');
    assert.equal((await roomlb('drain', 'sfu-1', '--allow-empty', ...at)).code, 2, 'nothing to allow');
    assert.equal((await roomlb('drain', 'sfu-1', '--json', ...at)).json().state, 'draining');
    const missing = await roomlb('drain', '../x', ...at);
    assert.equal(missing.code, 2);
    assert.match(missing.err, /404 the topology has no node/);
    await app.close();
    assert.equal((await roomlb('drain', 'sfu-1', ...at)).code, 3);
  });
});
