/** Connections and flows through a real nginx: who answers. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nginx } from '../../src/targets/nginx/index.ts';
import type { Topology } from '../../src/topology/model.ts';
import { cluster, intentOf, type Fields } from '../targets/documents.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest } from './client.ts';
import { selfSigned, startEchoNodes } from './echo-node.ts';
import { leadsRight, mediaRequests, signallingRequests } from './handed-out.ts';
import { LAB } from './netns-setup.ts';
import { createLab, type Lab } from './netns.ts';
import { nginxSkipReason, startNginx, type NginxProcess } from './nginx-process.ts';

const skip = nginxSkipReason(['openssl']);

const DOMAIN = 'sfu.example.net';
const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-40099' };
const WEIGHTS = [100, 100, 200, 50];

/** Four nodes, the last one of IPv4 only. */
function topologyWith(vip: Fields = {}, nodes: readonly Fields[] = []): Topology {
  return cluster(
    { signalling: { port: 443, domain: DOMAIN }, media: MEDIA, ...vip },
    WEIGHTS.map((weight, i) => ({
      weight,
      ...(i === 3 ? { addresses: ['10.0.0.4'] } : {}),
      ...nodes[i],
    })),
  );
}

function textFor(topology: Topology): string {
  return nginx.render(intentOf(topology)).files[0]?.content ?? '';
}

describe('nginx carries', { skip }, () => {
  let folder: string;
  let lab: Lab;
  let server: NginxProcess;
  let client: LabClient;
  let host: LabClient;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roomlb-nginx-'));
    const topology = topologyWith();
    lab = await createLab(topology);
    await startEchoNodes(lab, topology, await selfSigned(folder, `*.${DOMAIN}`));
    server = await startNginx(lab, textFor(topology), folder);
    [client, host] = await Promise.all([startClient(lab), startClient(lab, lab.lb)]);
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true });
  });

  const shared = (address: string, servername?: string): LabRequest => ({
    kind: 'https',
    address,
    port: 443,
    ...(servername === undefined ? {} : { servername }),
  });
  const media = (kind: 'udp' | 'tcp', port: number, keep?: string): LabRequest => ({
    kind,
    address: '203.0.113.10',
    port,
    patience: 500,
    ...(keep === undefined ? {} : { keep }),
  });

  test('every media port, UDP and TCP, IPv4 and IPv6, to the node that the dispatcher names', async () => {
    await server.reload(textFor(topologyWith()));
    await leadsRight(client, mediaRequests(topologyWith()));
    await leadsRight(host, mediaRequests(topologyWith()));
  });

  test('media from IPv6 to a node that has IPv4 only', async () => {
    await server.reload(textFor(topologyWith()));
    const kinds = ['udp', 'tcp'] as const;
    const outcomes = await client.ask(kinds.map((kind) => ({ kind, address: '2001:db8::10', port: 40006 })));
    assert.deepEqual(whoAnswered(outcomes), ['sfu-4', 'sfu-4']);
    assert.match(outcomes[0]?.answer?.peer ?? '', new RegExp(`^${LAB.lb[4]}:`));
  });

  test('all packets of a UDP flow from one port, whichever worker reads them', async () => {
    await server.reload(textFor(topologyWith()));
    const flows = Array.from({ length: 200 }, (_, i) => media('udp', 40000, `flow-${i % 10}`));
    // The first round opens the flows, one after another.
    await client.ask(flows.slice(0, 10), { concurrency: 1 });
    const outcomes = await client.ask(flows);
    const peers = new Set(outcomes.map(({ answer }) => answer?.peer));
    assert.equal(peers.size, 10);
  });

  test('signalling to the node that the server name says, draining or not', async () => {
    const topology = topologyWith({}, [{ state: 'draining' }, { weight: 0 }]);
    await server.reload(textFor(topology));
    await leadsRight(client, signallingRequests(topology));
    const capitals = await client.ask([shared('203.0.113.10', `SFU-3.${DOMAIN.toUpperCase()}`)]);
    assert.deepEqual(whoAnswered(capitals), ['sfu-3']);
  });

  test('signalling that names no node in proportion to weights, and none to a draining node', async () => {
    await server.reload(textFor(topologyWith({}, [{}, {}, {}, { state: 'draining' }])));
    for (const address of ['203.0.113.10', '2001:db8::10']) {
      for (const name of [undefined, 'elsewhere.example.net']) {
        const outcomes = await client.ask(Array.from({ length: 40 }, () => shared(address, name)));
        assert.deepEqual(tally(outcomes), { 'sfu-1': 10, 'sfu-2': 10, 'sfu-3': 20 });
      }
    }
  });

  test('signalling on a port of its own to the node that the URL names', async () => {
    const topology = topologyWith({ signalling: { ports: '4000-4099', tls: 'passthrough' } }, [
      { state: 'draining' },
    ]);
    await server.reload(textFor(topology));
    await leadsRight(client, signallingRequests(topology));
  });

  test('a source to the same member every time, where the VIP asks for persistence', async () => {
    const signalling = { port: 443, domain: DOMAIN, persistence: '5m' };
    await server.reload(textFor(topologyWith({ signalling })));
    const sources = Array.from({ length: 100 }, (_, i) => ({
      ...shared('203.0.113.10'),
      sourceAddress: LAB.clients[4].replace('0/24', String(i + 1)),
    }));
    const first = whoAnswered(await client.ask(sources));
    assert.deepEqual([...new Set(first)].sort(), ['sfu-1', 'sfu-2', 'sfu-3', 'sfu-4']);
    await server.reload(textFor(topologyWith({ signalling }, [{ state: 'draining' }])));
    const second = whoAnswered(await client.ask(sources));
    // A consistent hash moves little more than those whose member is gone.
    const moved = first.filter((node, i) => node !== 'sfu-1' && node !== second[i]);
    assert.ok(!second.includes('sfu-1'));
    assert.ok(moved.length < 20, `${moved.length} sources moved`);
  });

  test('what draining keeps: the UDP port for flows that exist, TCP connections in old workers', async () => {
    await server.reload(textFor(topologyWith()));
    const ask = () => client.ask([media('udp', 40000, 'kept'), media('tcp', 40000, 'kept-tcp')]);
    assert.deepEqual(whoAnswered(await ask()), ['sfu-1', 'sfu-1']);
    await server.reload(textFor(topologyWith({}, [{ state: 'draining' }])));
    assert.deepEqual(whoAnswered(await ask()), ['sfu-1', 'sfu-1']);
    // As the findings say: new flows get in by UDP, but not by TCP.
    const fresh = await client.ask([media('udp', 40000), media('tcp', 40000)]);
    assert.deepEqual(whoAnswered(fresh), ['sfu-1', '(ECONNREFUSED)']);
  });

  test('no UDP flow any more to a node that is flushed', async () => {
    const flush = { media: { ...MEDIA, drain: 'flush' } };
    await server.reload(textFor(topologyWith(flush)));
    const ask = () => client.ask([media('udp', 40001, 'cut'), media('udp', 40002, 'other')]);
    assert.deepEqual(whoAnswered(await ask()), ['sfu-1', 'sfu-2']);
    await server.reload(textFor(topologyWith(flush, [{ state: 'draining' }])));
    assert.deepEqual(whoAnswered(await ask()), ['(ECONNREFUSED)', 'sfu-2']);
  });
});

test('nginx ends TLS and goes by the server name then too', { skip }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-nginx-'));
  const { both } = await selfSigned(folder, `*.${DOMAIN}`);
  const topology = topologyWith({ signalling: { port: 443, domain: DOMAIN, certificate: both } });
  const lab = await createLab(topology);
  try {
    await startEchoNodes(lab, topology);
    await startNginx(lab, textFor(topology), folder);
    const client = await startClient(lab);
    const expected = signallingRequests(topology);
    const outcomes = await client.ask(expected.map(({ request }) => request));
    assert.deepEqual(
      outcomes.map(({ answer }) => [answer?.node, answer?.protocol]),
      expected.map(({ node }) => [node, 'http']),
    );
  } finally {
    await lab.close();
    await rm(folder, { recursive: true });
  }
});
