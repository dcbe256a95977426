/** Runs in a guest whose kernel has IPVS; ipvs.test.ts boots it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { ipvs } from '../../src/targets/ipvs/index.ts';
import { renderNodeSetup } from '../../src/targets/node-setup/index.ts';
import type { Topology } from '../../src/topology/model.ts';
import { listPorts } from '../../src/topology/ports.ts';
import { clusterOf, intentOf, linesOf, topologyOf } from '../targets/intents.ts';
import { topologies } from '../topology/arbitrary.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest } from './client.ts';
import { startEchoNodes } from './echo-node.ts';
import { createLab, type Lab } from './netns.ts';

/** Milliseconds: the guest is slow. */
const patience = 15_000;

test('IPVS holds exactly what was rendered, whatever the topology', () => {
  const generated = fc.sample(
    topologies({ maxNodes: 4 }).map((topology) => buildIntent(clusterView(topology))),
    { numRuns: 20, seed: 1 },
  );
  const sizes = ['nat', 'dsr', 'tunnel'].flatMap((mode) =>
    [1, 2, 50].map((size) => intentOf(clusterOf(size, mode))),
  );
  for (const intent of [...generated, ...sizes]) {
    const rendering = ipvs.render(intent);
    if (rendering.files.length === 0) continue;
    execFileSync('ipvsadm-restore', { input: rendering.files[0]!.content });
    const held = execFileSync('ipvsadm', ['-Sn'], { encoding: 'utf8' });
    const [timeouts, ...rules] = linesOf(rendering, 'ipvsadm.rules');
    assert.deepEqual(
      held.replaceAll(' --tun-type ipip', '').split('\n').filter(Boolean).sort(),
      // A cluster without services asks for no timeouts either.
      (timeouts?.startsWith('--set') ? rules : []).sort(),
    );
  }
});

test('one idle timeout per protocol is set, and the others are left alone', () => {
  const timeouts = () =>
    /: (.*)/.exec(execFileSync('ipvsadm', ['-L', '--timeout'], { encoding: 'utf8' }))![1];
  execFileSync('ipvsadm', ['--set', '11', '12', '13']);
  const { files } = ipvs.render(intentOf(clusterOf(1, 'nat')));
  execFileSync('ipvsadm-restore', { input: files[0]!.content });
  assert.equal(timeouts(), '3600 12 60');
});

/** A VIP in each forwarding mode, with two nodes of weight 1 and 3 behind it; `heavy` is behind nat. */
const cluster = (drain = 'keep-flows', heavy = 'active') => `
cluster: lab
vips:
  - { id: nat, addresses: [203.0.113.10, '2001:db8::10'], forwarding: nat, signalling: { port: 80 }, media: { ports: 40000-40099, drain: ${drain} } }
  - { id: dsr, addresses: [203.0.113.11, '2001:db8::11'], forwarding: dsr, signalling: { port: 80 }, media: { ports: 40000-40099 } }
  - { id: tun, addresses: [203.0.113.12, '2001:db8::12'], forwarding: tunnel, signalling: { port: 80 }, media: { ports: 40000-40099 } }
nodes:
  - { id: nat-1, kind: mediasoup, vip: nat, addresses: [10.0.1.11, 'fd00:1::11'], weight: 10, signallingPort: 4443, mediaPorts: 40000 }
  - { id: nat-2, kind: mediasoup, vip: nat, addresses: [10.0.1.12, 'fd00:1::12'], weight: 30, signallingPort: 80, mediaPorts: 40001-40002, state: ${heavy} }
  - { id: dsr-1, kind: mediasoup, vip: dsr, addresses: [10.0.2.11, 'fd00:2::11'], weight: 10, mediaPorts: 40000-40001 }
  - { id: dsr-2, kind: janus, vip: dsr, addresses: [10.0.2.12, 'fd00:2::12'], weight: 30, mediaPorts: 40002 }
  - { id: tun-1, kind: mediasoup, vip: tun, addresses: [10.0.3.11, 'fd00:3::11'], weight: 10, mediaPorts: 40000 }
  - { id: tun-2, kind: janus, vip: tun, addresses: [10.0.3.12, 'fd00:3::12'], weight: 30, mediaPorts: 40001 }
`;

/** Every media port of every node behind the VIP, on both protocols and families. */
function mediaRequests({ vips, nodes }: Topology, behind: string): (LabRequest & { node: string })[] {
  const members = nodes.filter((node) => node.vip === behind);
  return members.flatMap(({ id, vip, mediaPorts }) => {
    const { addresses, media } = vips.find((candidate) => candidate.id === vip)!;
    return listPorts(mediaPorts!).flatMap((port) =>
      addresses.flatMap(({ text }) =>
        media!.protocols.map((kind) => ({ node: id, kind, address: text, port, patience })),
      ),
    );
  });
}

/** Loads what the topology renders to, as an operator would. */
async function load(lab: Lab, intent: Intent): Promise<void> {
  const [rules, sysctl] = ipvs.render(intent).files;
  await lab.check(lab.lb, 'sysctl', ['-p', '-'], { input: sysctl!.content });
  await lab.check(lab.lb, 'ipvsadm-restore', [], { input: rules!.content });
}

const topology = topologyOf(cluster());
let lab: Lab;
let client: LabClient;

/** A balancer, nodes and a client: everything as roomlb says, and nothing else. */
before(async () => {
  const intent = buildIntent(clusterView(topology));
  lab = await createLab(topology);
  for (const { id } of topology.nodes) {
    const ns = lab.nsOfNode(id);
    // What a careful distribution has: tunnels have to cope with it.
    await lab.check(ns, 'sysctl', ['-qw', 'net.ipv4.conf.all.rp_filter=1']);
    await lab.check(ns, 'sh', [], { input: renderNodeSetup(intent, id) });
  }
  await load(lab, intent);
  await startEchoNodes(lab, topology);
  client = await startClient(lab);
});
after(() => lab.close());

async function reachesEachNode(behind: string): Promise<void> {
  const requests = mediaRequests(topology, behind);
  assert.deepEqual(
    whoAnswered(await client.ask(requests)),
    requests.map(({ node }) => node),
  );
}

/** Weighted round robin is exact over a whole round, which here is four connections. */
async function spreadsByWeight(behind: string): Promise<void> {
  for (const { text } of addressesOf(behind)) {
    const requests = Array.from({ length: 8 }, () => signalling(text));
    assert.deepEqual(tally(await client.ask(requests)), { [`${behind}-1`]: 2, [`${behind}-2`]: 6 });
  }
}

function addressesOf(vip: string) {
  return topology.vips.find(({ id }) => id === vip)!.addresses;
}

function signalling(address: string): LabRequest {
  return { kind: 'http', address, port: 80, patience };
}

/** One flow to each media port of the node, which goes on for as long as the client lives. */
function flowsTo(node: string): LabRequest[] {
  return mediaRequests(topology, 'nat')
    .filter((request) => request.node === node)
    .map((request) => ({ ...request, keep: `${request.kind} ${request.address} ${request.port}` }));
}

test('nat: each media port leads to its node, and signalling spreads by weight', async () => {
  await reachesEachNode('nat');
  await spreadsByWeight('nat');
});

test('dsr: nodes that ran node-setup answer from the VIP, and only the balancer says where it is', async () => {
  await reachesEachNode('dsr');
  await spreadsByWeight('dsr');
  // Now the client is on the VIP's own network and asks everybody for it.
  for (const { family, text } of addressesOf('dsr')) {
    await lab.check(lab.client, 'ip', [`-${family}`, 'route', 'replace', text, 'dev', 'eth0']);
  }
  await reachesEachNode('dsr');
});

test('tunnel: nodes that ran node-setup unpack what the balancer wrapped, and answer from the VIP', async () => {
  await reachesEachNode('tun');
  await spreadsByWeight('tun');
});

test('keep-flows: a draining node keeps its flows and gets no new ones', async () => {
  const flows = flowsTo('nat-2');
  assert.deepEqual(tally(await client.ask(flows)), { 'nat-2': flows.length });
  await load(lab, intentOf(cluster('keep-flows', 'draining')));
  assert.deepEqual(tally(await client.ask(flows)), { 'nat-2': flows.length });
  const fresh = flows.map((flow) => ({ ...flow, keep: undefined }));
  assert.deepEqual(tally(await client.ask(fresh)), { '(ECONNREFUSED)': fresh.length });
  const joins = Array.from({ length: 4 }, () => signalling('203.0.113.10'));
  assert.deepEqual(tally(await client.ask(joins)), { 'nat-1': joins.length });
});

test('flush: a draining node loses its flows at once, and clients are told', async () => {
  const flows = flowsTo('nat-2').filter(({ kind }) => kind === 'udp');
  assert.deepEqual(tally(await client.ask(flows)), { 'nat-2': flows.length });
  await load(lab, intentOf(cluster('flush', 'draining')));
  assert.deepEqual(tally(await client.ask(flows)), { '(ECONNREFUSED)': flows.length });
});

test('node-setup can be run again, and undone to the last setting', async () => {
  const intent = buildIntent(clusterView(topology));
  const ns = lab.nsOfNode('tun-1');
  const setup = (...args: string[]) =>
    lab.check(ns, 'sh', ['-s', '--', ...args], { input: renderNodeSetup(intent, 'tun-1') });
  const SETTINGS = ['all.arp_ignore', 'all.arp_announce', 'tunl0.rp_filter'].map(
    (name) => `net.ipv4.conf.${name}`,
  );
  const state = async () =>
    (await lab.check(ns, 'ip', ['-o', 'address'])) + (await lab.check(ns, 'sysctl', SETTINGS));
  const applied = await state();
  assert.match(applied, /203\.0\.113\.12/);
  await setup();
  assert.equal(await state(), applied);
  await setup('--undo');
  const undone = await state();
  assert.doesNotMatch(undone, /203\.0\.113\.12|2001:db8::12/);
  assert.match(undone, /net\.ipv4\.conf\.all\.arp_ignore = 0/);
  assert.match(await setup('--undo'), /nothing to undo/);
  await setup();
  assert.equal(await state(), applied);
});
