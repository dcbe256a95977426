/** HAProxy with packets: its rendered file in a lab of namespaces, nodes that say who they are. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { IpAddress, Node, Topology } from '../../src/topology/model.ts';
import { listPorts } from '../../src/topology/ports.ts';
import { nodeSignallingPort } from '../../src/topology/signalling.ts';
import { configOf, topologyOf } from '../targets/haproxy-fixtures.ts';
import { startClient, tally, whoAnswered } from './client.ts';
import type { LabClient, LabRequest } from './client.ts';
import { selfSigned, startEchoNode, startEchoNodes } from './echo-node.ts';
import type { Certificate } from './echo-node.ts';
import { startHaproxy } from './haproxy-process.ts';
import type { HaproxyProcess } from './haproxy-process.ts';
import { createLab, labSkipReason } from './netns.ts';
import type { Lab } from './netns.ts';

const skip = labSkipReason(['haproxy', 'socat', 'nsenter', 'openssl']);

/** Ids that are prefixes of one another, one node that drains, one without IPv4. */
const NODES = `
nodes:
  - { id: sfu-1,  kind: mediasoup, vip: public, addresses: [10.0.1.11, "fd00:1::11"], weight: 100, signallingPort: 4443, mediaPorts: 40000-40003, healthPort: 8080 }
  - { id: sfu-10, kind: mediasoup, vip: public, addresses: ["fd00:1::12"], weight: 200, signallingPort: 4443, mediaPorts: 40004-40007, healthPort: 8080 }
  - { id: sfu,    kind: janus, vip: public, addresses: [10.0.1.13], weight: 50, signallingPort: 5443, mediaPorts: 40010 }
  - { id: sfu-2,  kind: mediasoup, vip: public, addresses: [10.0.1.14, "fd00:1::14"], weight: 100, signallingPort: 4443, mediaPorts: 40011-40012, state: draining }
`;
/** An id that no DNS name could hold; of weight 0, so that only those who name it get there. */
const AWKWARD = `
  - { id: Sfu_1.a, kind: mediasoup, vip: public, addresses: [10.0.1.15], weight: 0, signallingPort: 4443, mediaPorts: 40020 }
`;
const WEIGHTS: Record<string, number> = { 'sfu-1': 100, 'sfu-10': 200, sfu: 50 };

function topology(signalling: string, media = 'protocols: [tcp], ports: 40000-49999', vrrp = ''): Topology {
  return topologyOf(`cluster: lab
vips:
  - id: public
    addresses: [203.0.113.10, "2001:db8::10"]
    signalling: { ${signalling} }
    media: { ${media} }
${vrrp}${NODES.trimEnd()}${signalling.includes('domain') ? '' : AWKWARD}`);
}

const VIP: readonly IpAddress[] = [
  { family: 4, text: '203.0.113.10' },
  { family: 6, text: '2001:db8::10' },
];

interface Stage {
  readonly topology: Topology;
  readonly lab: Lab;
  readonly client: LabClient;
  readonly haproxy: HaproxyProcess;
}

/** One lab for all topologies whose nodes speak plain HTTP: HAProxy takes the next file there. */
let plain: Stage | undefined;

const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-haproxy-'));
  cleanups.push(() => rm(folder, { recursive: true }));
  return folder;
}

async function stage(made: Topology): Promise<Stage> {
  plain ??= await newStage(topology('port: 443'));
  await plain.haproxy.reload(configOf(made));
  return { ...plain, topology: made };
}

async function newStage(made: Topology, tls?: Certificate): Promise<Stage> {
  const lab = await createLab(made);
  cleanups.push(() => lab.close());
  await startEchoNodes(lab, made, tls);
  const haproxy = await startHaproxy(lab, configOf(made), await scratch());
  return { topology: made, lab, client: await startClient(lab), haproxy };
}

const onEveryAddress = (request: Omit<LabRequest, 'address'>): LabRequest[] =>
  VIP.map(({ text }) => ({ ...request, address: text }));

/** Asks with what `requests` makes of a node, for every node, and wants that node and no other. */
async function reachesEveryNode(
  { client, topology: { nodes } }: Stage,
  requests: (node: Node) => LabRequest[],
): Promise<void> {
  const pairs = nodes.flatMap((node) => requests(node).map((request) => ({ node, request })));
  const outcomes = await client.ask(pairs.map(({ request }) => request));
  assert.deepEqual(
    whoAnswered(outcomes),
    pairs.map(({ node }) => node.id),
  );
}

/** 350 is one full turn of the weights, so that many in each family gives exact shares, but for where a turn begins. */
async function spreadsByWeight({ client }: Stage, request: Omit<LabRequest, 'address'>): Promise<void> {
  const turn = Object.values(WEIGHTS).reduce((a, b) => a + b);
  for (const { text } of VIP) {
    const requests = Array.from({ length: turn }, () => ({ ...request, address: text }));
    const counts = tally(await client.ask(requests));
    assert.deepEqual(Object.keys(counts).sort(), Object.keys(WEIGHTS).sort());
    for (const [node, weight] of Object.entries(WEIGHTS)) {
      const got = counts[node] ?? 0;
      assert.ok(Math.abs(got - weight) <= 2, `${node} got ${got} of ${turn}, its weight is ${weight}`);
    }
  }
}

const active = (node: Node) => node.state === 'active';

describe('HAProxy with plain signalling and TCP media', { skip }, () => {
  let at: Stage;
  before(async () => {
    at = await stage(topology('port: 443'));
  });

  test('leads every media port of every active node to that node, over IPv4 and IPv6', async () => {
    await reachesEveryNode(at, (node) =>
      active(node)
        ? listPorts(node.mediaPorts!).flatMap((port) => onEveryAddress({ kind: 'tcp', port }))
        : [],
    );
  });

  test('keeps the media port that the client chose', async () => {
    const ports = [40000, 40001, 40002, 40003, 40004];
    const outcomes = await at.client.ask(ports.flatMap((port) => onEveryAddress({ kind: 'tcp', port })));
    assert.deepEqual(
      outcomes.map(({ answer }) => answer?.port),
      ports.flatMap((port) => [port, port]),
    );
  });

  test('gives the media of a draining node no new connections', async () => {
    const ports = [40011, 40012];
    const outcomes = await at.client.ask(ports.flatMap((port) => onEveryAddress({ kind: 'tcp', port })));
    assert.ok(
      outcomes.every(({ answer }) => answer === undefined),
      JSON.stringify(outcomes),
    );
  });

  test('leads a signalling path to the node that it names, draining or not, by HTTP and WebSocket', async () => {
    await reachesEveryNode(at, (node) =>
      [`/n/${node.id}/`, `/n/${node.id}`, `/n/${node.id}?room=a/b`, `/n/${node.id}/ws/x?n=/n/sfu-1/`].flatMap(
        (path) => (['http', 'ws'] as const).flatMap((kind) => onEveryAddress({ kind, port: 443, path })),
      ),
    );
  });

  test('spreads paths that name nobody by weight, with none for the draining node', async () => {
    await spreadsByWeight(at, { kind: 'ws', port: 443, path: '/' });
  });

  test('treats names that no node has as no name: prefixes, other cases, the name elsewhere in the path', async () => {
    for (const path of [
      '/n/sf/',
      '/n/sfu-2x/',
      '/n/SFU-2/',
      '/n/',
      '/n//sfu-2',
      '/x/n/sfu-2/',
      '/nn/sfu-2/',
      '/n/spare:1/',
    ]) {
      const requests = Array.from({ length: 10 }, () =>
        onEveryAddress({ kind: 'http', port: 443, path }),
      ).flat();
      const counts = tally(await at.client.ask(requests));
      assert.equal(counts['sfu-2'], undefined, path);
      assert.deepEqual(Object.keys(counts).sort(), Object.keys(WEIGHTS).sort(), path);
    }
  });

  test("tells the node the client's address", async () => {
    const sourceAddress = '100.64.78.9';
    const [outcome] = await at.client.ask([{ kind: 'ws', address: VIP[0]!.text, port: 443, sourceAddress }]);
    assert.equal(outcome?.answer?.forwardedFor, sourceAddress);
    assert.equal(outcome.answer.forwardedProto, 'http');
  });
});

describe('HAProxy with TLS passed through', { skip }, () => {
  let at: Stage;
  before(async () => {
    const nodeTls = await selfSigned(await scratch(), '*.Media.example');
    at = await newStage(topology('port: 443, ports: 20000-20999, domain: Media.example'), nodeTls);
  });

  test('leads a TLS server name to the node that it names, draining or not, whatever its case', async () => {
    await reachesEveryNode(at, (node) =>
      [`${node.id}.media.example`, `${node.id.toUpperCase()}.MEDIA.example`].flatMap((servername) =>
        onEveryAddress({ kind: 'wss', port: 443, path: `/n/${node.id}/`, servername }),
      ),
    );
  });

  test('leaves TLS to the node, which sees the server name and the path', async () => {
    const servername = 'sfu-2.media.example';
    const [outcome] = await at.client.ask(
      onEveryAddress({ kind: 'wss', port: 443, path: '/n/sfu-2/', servername }),
    );
    assert.equal(outcome?.answer?.protocol, 'https');
    assert.equal(outcome.answer.sni, servername);
    assert.equal(outcome.answer.path, '/n/sfu-2/');
  });

  test("leads each node's own signalling port to it, draining or not", async () => {
    await reachesEveryNode(at, (node) => {
      const port = nodeSignallingPort(at.topology.vips[0]!, node)!;
      return onEveryAddress({ kind: 'wss', port, path: `/n/${node.id}/` });
    });
  });

  test('spreads connections without a server name by weight, with none for the draining node', async () => {
    await spreadsByWeight(at, { kind: 'https', port: 443 });
  });

  test('treats server names that no node has as no name', async () => {
    const names = [
      'media.example',
      'sfu-2.media.example.org',
      'a.sfu-2.media.example',
      'sfu-2x.media.example',
      'sfu-2.media-example',
    ];
    for (const servername of names) {
      const requests = Array.from({ length: 10 }, () =>
        onEveryAddress({ kind: 'https', port: 443, servername }),
      ).flat();
      const counts = tally(await at.client.ask(requests));
      assert.deepEqual(Object.keys(counts).sort(), Object.keys(WEIGHTS).sort(), servername);
    }
  });
});

describe('HAProxy ending TLS itself', { skip }, () => {
  let at: Stage;
  before(async () => {
    const { both } = await selfSigned(await scratch(), '*.media.example');
    at = await stage(
      topology(`port: 443, ports: 20000-20999, domain: media.example, tls: terminate, certificate: ${both}`),
    );
  });

  test('leads the path to the node that it names', async () => {
    await reachesEveryNode(at, (node) => onEveryAddress({ kind: 'wss', port: 443, path: `/n/${node.id}/` }));
  });

  test('leads the TLS server name to the node that it names, where the path names none', async () => {
    await reachesEveryNode(at, ({ id }) =>
      onEveryAddress({ kind: 'wss', port: 443, path: '/', servername: `${id}.media.example` }),
    );
  });

  test("leads each node's own signalling port to it, and tells it of the client and of TLS", async () => {
    await reachesEveryNode(at, (node) =>
      onEveryAddress({ kind: 'wss', port: nodeSignallingPort(at.topology.vips[0]!, node)! }),
    );
    const sourceAddress = 'fd64:78::9';
    const [outcome] = await at.client.ask([
      { kind: 'https', address: VIP[1]!.text, port: 20000, sourceAddress },
    ]);
    assert.equal(outcome?.answer?.protocol, 'http');
    assert.equal(outcome.answer.forwardedFor, sourceAddress);
    assert.equal(outcome.answer.forwardedProto, 'https');
  });
});

describe('HAProxy with source persistence', { skip }, () => {
  let at: Stage;
  before(async () => {
    at = await stage(topology('port: 443, persistence: 5m'));
  });
  const from = (i: number, family: 4 | 6, path: string): LabRequest => ({
    kind: 'http',
    port: 443,
    path,
    address: family === 4 ? VIP[0]!.text : VIP[1]!.text,
    sourceAddress: family === 4 ? `100.64.78.${i}` : `fd64:78::${i}`,
  });
  const sources = Array.from({ length: 20 }, (_, i) => i + 10);
  const everybody = (path: string) => sources.flatMap((i) => [from(i, 4, path), from(i, 6, path)]);

  test('keeps each source with the member that it got first, also after it named another', async () => {
    const first = whoAnswered(await at.client.ask(everybody('/')));
    assert.deepEqual([...new Set(first)].sort(), Object.keys(WEIGHTS).sort());
    assert.deepEqual([...new Set(whoAnswered(await at.client.ask(everybody('/n/sfu-2/'))))], ['sfu-2']);
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(whoAnswered(await at.client.ask(everybody('/'))), first);
    }
  });

  test('does not remember a source for the draining node that it named first', async () => {
    const named = [200, 201, 202].flatMap((i) => [from(i, 4, '/n/sfu-2/'), from(i, 6, '/n/sfu-2/')]);
    assert.deepEqual([...new Set(whoAnswered(await at.client.ask(named)))], ['sfu-2']);
    const unnamed = named.map((request) => ({ ...request, path: '/' }));
    assert.ok(!whoAnswered(await at.client.ask(unnamed)).includes('sfu-2'));
  });

  test('sends a remembered source elsewhere once its member drains', async () => {
    const before = whoAnswered(await at.client.ask(everybody('/')));
    assert.ok(before.includes('sfu-1'));
    await at.haproxy.reload(configOf(draining('sfu-1', at.topology)));
    assert.ok(!whoAnswered(await at.client.ask(everybody('/'))).includes('sfu-1'));
  });
});

describe('HAProxy draining TCP media', { skip }, () => {
  const open = (name: string, port: number) =>
    VIP.map(({ text }, i): LabRequest => ({ kind: 'tcp', address: text, port, keep: `${name}-${i}` }));

  test('lets the connections of a keep-flows node go on, and refuses it new ones', async () => {
    const at = await stage(topology('port: 443', 'protocols: [tcp], ports: 40000-49999, drain: keep-flows'));
    const held = open('keep', 40000);
    assert.deepEqual(whoAnswered(await at.client.ask(held)), ['sfu-1', 'sfu-1']);
    await at.haproxy.reload(configOf(draining('sfu-1', at.topology)));
    assert.deepEqual(whoAnswered(await at.client.ask(held)), ['sfu-1', 'sfu-1']);
    const fresh = await at.client.ask(onEveryAddress({ kind: 'tcp', port: 40000 }));
    assert.ok(
      fresh.every(({ answer }) => answer === undefined),
      JSON.stringify(fresh),
    );
    assert.deepEqual(whoAnswered(await at.client.ask(onEveryAddress({ kind: 'tcp', port: 40004 }))), [
      'sfu-10',
      'sfu-10',
    ]);
  });

  test('cuts the connections of a flush node when it is put in maintenance, as the finding says', async () => {
    const at = await stage(topology('port: 443', 'protocols: [tcp], ports: 40000-49999, drain: flush'));
    const held = open('flush', 40000);
    assert.deepEqual(whoAnswered(await at.client.ask(held)), ['sfu-1', 'sfu-1']);
    await at.haproxy.admin('set server media:public:sfu-1/sfu-1 state maint');
    const cut = await at.client.ask(held);
    assert.ok(
      cut.every(({ answer }) => answer === undefined),
      JSON.stringify(cut),
    );
    await at.haproxy.reload(configOf(draining('sfu-1', at.topology)));
    const fresh = await at.client.ask(onEveryAddress({ kind: 'tcp', port: 40000 }));
    assert.ok(
      fresh.every(({ answer }) => answer === undefined),
      JSON.stringify(fresh),
    );
  });
});

describe('HAProxy at run time', { skip }, () => {
  let at: Stage;
  before(async () => {
    at = await stage(topology('port: 443'));
    const more = {
      node: 'sfu-3',
      addresses: ['10.0.1.14'],
      udp: [],
      tcp: [],
      http: [6443],
      https: [],
      stun: [],
    };
    await startEchoNode(at.lab, more, 'sfu-2');
  });

  test('takes a new member into a spare slot, and gives it its share', async () => {
    for (const change of ['addr 10.0.1.14 port 6443', 'weight 175', 'state ready']) {
      await at.haproxy.admin(`set server sig:public/spare:1 ${change}`);
    }
    const requests = Array.from(
      { length: 105 },
      () => ({ kind: 'http', address: VIP[0]!.text, port: 443 }) as const,
    );
    const counts = tally(await at.client.ask(requests));
    assert.ok(Math.abs((counts['sfu-3'] ?? 0) - 35) <= 2, JSON.stringify(counts));
  });

  test('reaches a server that was added at run time by its name', async () => {
    // HAProxy 2.4 adds servers in experimental mode only; later versions take the prefix as well.
    await at.haproxy.admin('experimental-mode on; add server sig:public/sfu-3 10.0.1.14:6443 weight 1');
    await at.haproxy.admin('enable server sig:public/sfu-3');
    const outcomes = await at.client.ask(onEveryAddress({ kind: 'ws', port: 443, path: '/n/sfu-3/' }));
    assert.deepEqual(whoAnswered(outcomes), ['sfu-3', 'sfu-3']);
  });
});

test('HAProxy on a VRRP backup starts without the VIP, and serves it once it comes', { skip }, async () => {
  const vrrp = '    vrrp: { interface: eth0, routerId: 51 }\n';
  const made = topology('port: 443', undefined, vrrp);
  const lab = await createLab(made, { vipsOnBalancer: false });
  cleanups.push(() => lab.close());
  await startEchoNodes(lab, made);
  await startHaproxy(lab, configOf(made), await scratch());
  const client = await startClient(lab);
  for (const { family, text } of VIP) {
    await lab.check(lab.lb, 'ip', [
      'address',
      'add',
      family === 4 ? `${text}/32` : `${text}/128`,
      'dev',
      'eth0',
      ...(family === 6 ? ['nodad'] : []),
    ]);
  }
  const outcomes = await client.ask(onEveryAddress({ kind: 'ws', port: 443, path: '/n/sfu-1/' }));
  assert.deepEqual(whoAnswered(outcomes), ['sfu-1', 'sfu-1']);
});

function draining(id: string, { nodes, ...rest }: Topology): Topology {
  return { ...rest, nodes: nodes.map((node) => (node.id === id ? { ...node, state: 'draining' } : node)) };
}
