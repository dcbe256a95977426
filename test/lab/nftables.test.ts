/** Packets through the real nft rules: who answers, from the client's network and from the balancer's own host. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nftables } from '../../src/targets/nftables/index.ts';
import type { Topology } from '../../src/topology/model.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { cluster, intentOf, type Fields } from '../targets/documents.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest } from './client.ts';
import { echoNodeConfig, startEchoNodes } from './echo-node.ts';
import { leadsRight, mediaRequests, signallingRequests } from './handed-out.ts';
import { LAB } from './netns-setup.ts';
import { createLab, labSkipReason, untilLine, type Lab } from './netns.ts';

const skip = labSkipReason(['nft', 'conntrack']);

const SIGNALLING = { port: 80, ports: '4000-4099', idleTimeout: '77s' };
const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-40099', idleTimeout: '20s' };
const WEIGHTS = [100, 100, 200, 50];

/** Four nodes, the last one of one family only. */
function topologyWith(vip: Fields = {}, nodes: readonly Fields[] = []): Topology {
  return cluster(
    { signalling: SIGNALLING, media: MEDIA, ...vip },
    WEIGHTS.map((weight, i) => ({
      weight,
      ...(i === 3 ? { addresses: ['10.0.0.4'] } : {}),
      ...nodes[i],
    })),
  );
}

function textFor(topology: Topology): string {
  return nftables.render(intentOf(topology)).files[0]?.content ?? '';
}

async function load(lab: Lab, topology: Topology): Promise<void> {
  await lab.check(lab.lb, 'nft', ['-f', '-'], { input: textFor(topology) });
}

describe('nftables carries', { skip }, () => {
  let lab: Lab;
  let client: LabClient;
  let host: LabClient;

  before(async () => {
    const topology = topologyWith();
    lab = await createLab(topology);
    await startEchoNodes(lab, topology);
    [client, host] = await Promise.all([startClient(lab), startClient(lab, lab.lb)]);
  });
  after(() => lab.close());

  const shared = (address: string): LabRequest => ({ kind: 'http', address, port: 80 });
  const media = (port: number, keep?: string): LabRequest => ({
    kind: 'udp',
    address: '203.0.113.10',
    port,
    patience: 500,
    ...(keep === undefined ? {} : { keep }),
  });

  test('every media port, UDP and TCP, IPv4 and IPv6, to the node that the dispatcher names', async () => {
    const topology = topologyWith();
    await load(lab, topology);
    await leadsRight(client, mediaRequests(topology));
    await leadsRight(host, mediaRequests(topology));
  });

  test('signalling on a port of its own to the node that the URL names', async () => {
    const topology = topologyWith();
    await load(lab, topology);
    await leadsRight(client, signallingRequests(topology));
    await leadsRight(host, signallingRequests(topology));
  });

  test('addresses of clients to the nodes as they are, unless the VIP sets snat', async () => {
    const peer = async () => {
      const [outcome] = await client.ask([{ kind: 'udp', address: '2001:db8::10', port: 40000 }]);
      return /^\[(.*)\]/.exec(outcome?.answer?.peer ?? '')?.[1];
    };
    await load(lab, topologyWith());
    assert.equal(await peer(), LAB.client[6]);
    await load(lab, topologyWith({ snat: true }));
    assert.equal(await peer(), LAB.lb[6]);
    await leadsRight(client, mediaRequests(topologyWith()));
    await leadsRight(host, mediaRequests(topologyWith()));
  });

  test('signalling that names no node in exact proportion to weights, and none to a draining node', async () => {
    await load(lab, topologyWith({}, [{}, {}, {}, { state: 'draining' }]));
    for (const address of ['203.0.113.10', '2001:db8::10']) {
      const outcomes = await client.ask(Array.from({ length: 40 }, () => shared(address)));
      assert.deepEqual(tally(outcomes), { 'sfu-1': 10, 'sfu-2': 10, 'sfu-3': 20 });
    }
  });

  test('a source to the same member every time, where the VIP asks for persistence', async () => {
    await load(lab, topologyWith({ signalling: { ...SIGNALLING, persistence: '5m' } }));
    const sources = Array.from({ length: 100 }, (_, i) => ({
      ...shared('203.0.113.10'),
      sourceAddress: LAB.clients[4].replace('0/24', String(i + 1)),
    }));
    const first = await client.ask(sources);
    assert.deepEqual(Object.keys(tally(first)).sort(), ['sfu-1', 'sfu-2', 'sfu-3', 'sfu-4']);
    // A second load shows that nothing of it is in the memory of the table.
    await load(lab, topologyWith({ signalling: { ...SIGNALLING, persistence: '5m' } }));
    assert.deepEqual(whoAnswered(await client.ask(sources)), whoAnswered(first));
  });

  test('flows that exist to a node that drains, and new ones to it no more', async () => {
    const drained = topologyWith({}, [{ state: 'draining' }]);
    await load(lab, topologyWith());
    const before = await client.ask([media(40000, 'kept'), { ...media(40000, 'tcp'), kind: 'tcp' }]);
    const [own] = await host.ask([media(40000, 'kept')]);
    await load(lab, drained);
    const later = await client.ask([media(40000, 'kept'), { ...media(40000, 'tcp'), kind: 'tcp' }]);
    assert.deepEqual(later, before);
    assert.deepEqual(whoAnswered(later), ['sfu-1', 'sfu-1']);
    assert.deepEqual(await host.ask([media(40000, 'kept')]), [own]);
    assert.equal(own?.answer?.node, 'sfu-1');

    const fresh = await client.ask([media(40000), { ...media(40000), kind: 'tcp' }]);
    assert.deepEqual(whoAnswered(fresh), ['(ECONNREFUSED)', '(ECONNREFUSED)']);
    assert.deepEqual(whoAnswered(await host.ask([media(40000)])), ['(ECONNREFUSED)']);
    // Whoever names the node still reaches it: rooms live on there.
    await leadsRight(client, signallingRequests(drained));
    await leadsRight(
      client,
      mediaRequests(drained).filter(({ node }) => node !== 'sfu-1'),
    );
  });

  test('nothing to a node that is flushed, once the commands in the file have run', async () => {
    const flush = { media: { ...MEDIA, drain: 'flush' } };
    await load(lab, topologyWith(flush));
    const ask = () => client.ask([media(40001, 'cut'), media(40002, 'other')]);
    assert.deepEqual(whoAnswered(await ask()), ['sfu-1', 'sfu-2']);

    const drained = topologyWith(flush, [{ state: 'draining' }]);
    await load(lab, drained);
    const commands = textFor(drained).match(/(?<=^# )for port in .*/gm) ?? [];
    assert.equal(commands.length, 4);
    for (const command of commands) await lab.run(lab.lb, 'sh', ['-c', command]);
    assert.deepEqual(whoAnswered(await ask()), ['(ECONNREFUSED)', 'sfu-2']);
  });

  test('flows for as long as they may idle', async () => {
    await load(lab, topologyWith());
    await client.ask([
      { ...media(40004, 'idle'), address: '2001:db8::10' },
      { kind: 'tcp', address: '203.0.113.10', port: 40005, keep: 'idle-tcp' },
    ]);
    const seconds = async (...args: string[]) => {
      const listed = await lab.check(lab.lb, 'conntrack', ['-L', ...args]);
      return Number(/^\S+ +\d+ (\d+) /m.exec(listed)?.[1]);
    };
    // The kernel's own would be 30 seconds and 5 days.
    const udp = await seconds('-f', 'ipv6', '-p', 'udp', '--orig-port-dst', '40004');
    assert.ok(udp > 0 && udp <= 20, `${udp}`);
    const tcp = await seconds(
      '-f',
      'ipv4',
      '-p',
      'tcp',
      '--state',
      'ESTABLISHED',
      '--orig-port-dst',
      '40005',
    );
    assert.ok(tcp > 0 && tcp <= 20, `${tcp}`);
  });
});

test('nftables carries a cluster whose addresses are all on loopback', { skip }, async () => {
  const file = path.join(import.meta.dirname, '../../lb-config/local.yaml');
  const { topology } = parseTopology(await readFile(file, 'utf8'), { file });
  assert.ok(topology);
  const lab = await createLab({ ...topology, vips: [], nodes: [] });
  try {
    const script = path.join(import.meta.dirname, 'echo-node.mjs');
    for (const node of topology.nodes) {
      const config = JSON.stringify(echoNodeConfig(topology, node));
      await untilLine(lab.spawn(lab.lb, process.execPath, [script, config]), /^ready /);
    }
    await load(lab, topology);
    const host = await startClient(lab, lab.lb);
    await leadsRight(host, mediaRequests(topology));
    const vip = topology.vips[0]!;
    const signalling: LabRequest = {
      kind: 'ws',
      address: vip.addresses[0]!.text,
      port: vip.signalling!.port!,
    };
    const outcomes = await host.ask(Array.from({ length: 10 }, () => signalling));
    assert.deepEqual(tally(outcomes), { 'sfu-1': 5, 'sfu-2': 5 });
  } finally {
    await lab.close();
  }
});
