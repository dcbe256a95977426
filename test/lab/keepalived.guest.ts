/** Runs in a guest whose kernel has IPVS; keepalived.test.ts boots it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { keepalived } from '../../src/targets/keepalived/index.ts';
import { renderNodeSetup } from '../../src/targets/node-setup/index.ts';
import { listPorts } from '../../src/topology/ports.ts';
import { intentOf, topologyOf } from '../targets/intents.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest } from './client.ts';
import { echoNodeConfig, startEchoNode, type EchoNodeConfig } from './echo-node.ts';
import { createLab, untilLine, type Lab, type LabProcess } from './netns.ts';

/** Milliseconds: the guest is slow. */
const patience = 15_000;

const cluster = (state = 'active') => `
cluster: lab
vips:
  - { id: nat, addresses: [203.0.113.10, '2001:db8::10'], forwarding: nat, signalling: { port: 80 }, media: { ports: 40000-40099 }, vrrp: { interface: eth0, routerId: 51 } }
  - { id: dsr, addresses: [203.0.113.11, '2001:db8::11'], forwarding: dsr, media: { ports: 40000-40099 }, vrrp: { interface: eth0, routerId: 52 } }
nodes:
  - { id: nat-1, kind: mediasoup, vip: nat, addresses: [10.0.1.11, 'fd00:1::11'], weight: 10, signallingPort: 4443, mediaPorts: 40000-40001, state: ${state} }
  - { id: nat-2, kind: mediasoup, vip: nat, addresses: [10.0.1.12, 'fd00:1::12'], weight: 30, signallingPort: 80, healthPort: 9100, stunPort: 9100, mediaPorts: 40002 }
  - { id: direct, kind: janus, vip: dsr, addresses: [10.0.2.11, 'fd00:2::11'], mediaPorts: 40000-40001 }
`;

const topology = topologyOf(cluster());
const medias: (LabRequest & { node: string })[] = topology.nodes.flatMap(({ id, vip, mediaPorts }) =>
  topology.vips
    .find((candidate) => candidate.id === vip)!
    .addresses.flatMap(({ text }) =>
      listPorts(mediaPorts!).flatMap((port) =>
        (['udp', 'tcp'] as const).map((kind) => ({ node: id, kind, address: text, port, patience })),
      ),
    ),
);

/** In the guest's scratch folder, which the host removes. */
const config = path.resolve('keepalived.conf');
let lab: Lab;
let client: LabClient;
let daemon: LabProcess;
const nodes = new Map<string, LabProcess>();

/** STUN is answered by a process of its own, which can go while HTTP stays. */
async function startNode(id: string): Promise<void> {
  nodes.set(id, await startEchoNode(lab, { ...configOf(id), stun: [] }));
}

async function startStun(id: string): Promise<void> {
  const nothing = { udp: [], tcp: [], http: [], https: [] };
  nodes.set(`${id} stun`, await startEchoNode(lab, { ...configOf(id), ...nothing }));
}

function configOf(id: string): EchoNodeConfig {
  return echoNodeConfig(
    topology,
    topology.nodes.find((candidate) => candidate.id === id)!,
  );
}

before(async () => {
  const intent = buildIntent(clusterView(topology));
  const [conf, sysctl] = keepalived.render(intent).files;
  await writeFile(config, conf!.content);
  lab = await createLab(topology, { vipsOnBalancer: false });
  await lab.check(lab.lb, 'sysctl', ['-p', '-'], { input: sysctl!.content });
  await lab.check(lab.nsOfNode('direct'), 'sh', [], { input: renderNodeSetup(intent, 'direct') });
  await Promise.all([...topology.nodes.map(({ id }) => startNode(id)), startStun('nat-2')]);
  client = await startClient(lab);
  const pids = ['-p', 'keepalived', '-c', 'checkers', '-r', 'vrrp'];
  const files = pids.map((word) => (word.startsWith('-') ? word : path.resolve(`${word}.pid`)));
  daemon = lab.spawn(lab.lb, 'keepalived', ['-n', '-l', '-D', '-f', config, ...files]);
  await untilLine(daemon, /Startup complete/);
});
after(() => lab.close());

/** Asks until the answer is right, or the test's own time is over. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await sleep(200);
}

async function table(): Promise<string[]> {
  return (await lab.check(lab.lb, 'ipvsadm', ['-Sn'])).split('\n').filter(Boolean);
}

/** What the balancer has for one real server of shared signalling over IPv4. */
async function weightOf(address: string): Promise<string | undefined> {
  const rule = (await table()).find((line) => line.startsWith(`-a -t 203.0.113.10:80 -r ${address}`));
  return rule && /-w (\d+)/.exec(rule)?.[1];
}

test('VRRP puts the addresses of both families on the balancer', { timeout: 60_000 }, async () => {
  const wanted = topology.vips.flatMap(({ addresses }) => addresses.map(({ text }) => text));
  await until(async () => {
    const there = await lab.check(lab.lb, 'ip', ['-o', 'address', 'show', 'dev', 'eth0']);
    return wanted.every((text) => there.includes(` ${text}/`));
  });
});

test('IPVS holds a service per port, whose real server keeps the port that the packet came to', async () => {
  const rules = (await table()).filter((line) => /:4000\d /.test(line));
  const expected = topology.nodes.flatMap(({ addresses, vip, mediaPorts }) =>
    topology.vips
      .find(({ id }) => id === vip)!
      .addresses.flatMap((address) => {
        const host = (text: string) => (address.family === 6 ? `[${text}]` : text);
        const own = addresses.find(({ family }) => family === address.family)!;
        return listPorts(mediaPorts!).flatMap((port) =>
          ['-t', '-u'].flatMap((protocol) => [
            `-A ${protocol} ${host(address.text)}:${port} -s wrr`,
            // Port 0: the packet's own. With direct server return there is nothing to say otherwise.
            `-a ${protocol} ${host(address.text)}:${port} -r ${host(own.text)}:${vip === 'nat' ? 0 : port} ${vip === 'nat' ? '-m' : '-g'} -w 1`,
          ]),
        );
      }),
  );
  assert.deepEqual(rules.sort(), expected.sort());
  assert.match(await lab.check(lab.lb, 'ipvsadm', ['-L', '--timeout']), /: 3600 \d+ 60$/m);
});

test('each media port leads to its node', async () => {
  assert.deepEqual(
    whoAnswered(await client.ask(medias)),
    medias.map(({ node }) => node),
  );
});

test('signalling spreads by weight', async () => {
  for (const address of ['203.0.113.10', '2001:db8::10']) {
    const requests = Array.from(
      { length: 8 },
      () => ({ kind: 'http', address, port: 80, patience }) as const,
    );
    assert.deepEqual(tally(await client.ask(requests)), { 'nat-1': 2, 'nat-2': 6 });
  }
});

test(
  'a member that is dead gets weight 0, and its weight back when it lives',
  { timeout: 120_000 },
  async () => {
    assert.equal(await weightOf('10.0.1.12'), '30');
    nodes.get('nat-2')!.kill('SIGKILL');
    await until(async () => (await weightOf('10.0.1.12')) === '0');
    const requests = Array.from(
      { length: 4 },
      () => ({ kind: 'http', address: '203.0.113.10', port: 80, patience }) as const,
    );
    assert.deepEqual(tally(await client.ask(requests)), { 'nat-1': requests.length });
    // Media rules stand still: rooms move instead.
    assert.ok((await table()).includes('-a -u 203.0.113.10:40002 -r 10.0.1.12:0 -m -w 1'));
    await startNode('nat-2');
    await until(async () => (await weightOf('10.0.1.12')) === '30');
  },
);

test(
  'a member that answers HTTP, but not STUN, gets weight 0, and its weight back when it does',
  { timeout: 120_000 },
  async () => {
    assert.equal(await weightOf('10.0.1.12'), '30');
    nodes.get('nat-2 stun')!.kill('SIGKILL');
    await until(async () => (await weightOf('10.0.1.12')) === '0');
    await startStun('nat-2');
    await until(async () => (await weightOf('10.0.1.12')) === '30');
  },
);

test(
  'a reload that drains a node keeps its flows, and lets no new ones in',
  { timeout: 120_000 },
  async () => {
    const flows = medias
      .filter(({ node }) => node === 'nat-1')
      .map((request) => ({ ...request, keep: `${request.kind} ${request.address} ${request.port}` }));
    assert.deepEqual(tally(await client.ask(flows)), { 'nat-1': flows.length });
    await writeFile(config, keepalived.render(intentOf(cluster('draining'))).files[0]!.content);
    daemon.kill('SIGHUP');
    await until(async () => (await table()).includes('-a -u 203.0.113.10:40000 -r 10.0.1.11:0 -m -w 0'));
    await until(async () => (await weightOf('10.0.1.11')) === '0');
    assert.deepEqual(tally(await client.ask(flows)), { 'nat-1': flows.length });
    const fresh = flows.map((flow) => ({ ...flow, keep: undefined }));
    assert.deepEqual(tally(await client.ask(fresh)), { '(ECONNREFUSED)': fresh.length });
  },
);
