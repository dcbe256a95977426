/** The nginx driver with a real nginx, its workers and connections. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import { ofTarget, type NginxBalancer } from '../../src/targets/balancer.ts';
import { nginxDriver } from '../../src/targets/nginx/driver/driver.ts';
import type { NginxState } from '../../src/targets/nginx/driver/state.ts';
import type { Topology } from '../../src/topology/model.ts';
import { balancerFor } from '../targets/balancers.ts';
import { cluster, intentOf, type Fields } from '../targets/documents.ts';
import { startClient, whoAnswered, type LabClient } from './client.ts';
import { testDriver, type EngineHarness } from './driver-contract.ts';
import { testUpsets } from './upset-contract.ts';
import { testTraffic } from './traffic-contract.ts';
import { startEchoNodes } from './echo-node.ts';
import { childrenOf, createLab, findBinary, killIfThere, type Lab } from './netns.ts';
import { nginxSkipReason } from './nginx-process.ts';

const skip = nginxSkipReason();

interface Service {
  readonly folder: string;
  readonly balancer: NginxBalancer;
  readonly driver: ReturnType<typeof nginxDriver>;
  /** As the host's service manager does. */
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly workers: () => Promise<string[]>;
}

/** nginx with a folder of its own for everything, and a file of somebody's that carries nothing. */
async function startService(lab: Lab): Promise<Service> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-nginx-driver-'));
  const [configFile, pidFile] = [path.join(folder, 'nginx.conf'), path.join(folder, 'nginx.pid')];
  // In a namespace of its own for mounts, as `ip netns exec` makes one: nobody else's log is written to.
  const binary = path.join(folder, 'nginx');
  await writeFile(
    binary,
    `#!/bin/sh\nmount -t tmpfs tmpfs /var/log/nginx && exec ${findBinary('nginx') ?? 'nginx'} "$@"\n`,
  );
  await chmod(binary, 0o755);
  // Without a log, it would keep the standard error that it was started with.
  await writeFile(configFile, `pid ${pidFile};\nerror_log /var/log/nginx/error.log;\nevents {}\n`);
  await writeFile(path.join(folder, 'foreign.conf'), '# of somebody else\n');
  const balancer = {
    ...ofTarget(balancerFor('nginx'), 'nginx'),
    ...{ configFile, pidFile, binary, namespace: lab.lb },
  };
  const start = async () => {
    await lab.check(lab.lb, binary, ['-c', configFile]);
  };
  const master = async () => Number(await readFile(pidFile, 'utf8'));
  await start();
  return {
    folder,
    balancer,
    driver: nginxDriver(balancer),
    start,
    async kill() {
      const pid = await master();
      const pids = [pid, ...(await childrenOf(pid))];
      pids.forEach(killIfThere);
      while (pids.some(isAlive)) await sleep(10);
    },
    workers: async () => (await childrenOf(await master())).map(String),
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Every file of the folder, and who runs. */
async function dump({ folder, workers }: Service): Promise<string> {
  const names = (await readdir(folder)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return [...names, ...texts, ...(await workers())].join('\n');
}

const harness: EngineHarness = {
  name: 'nginx',
  skip,
  vip: {
    signalling: { port: 80, ports: '4000-4099' },
    media: { protocols: ['udp', 'tcp'], ports: '40000-40999' },
  },
  async start(lab) {
    const service = await startService(lab);
    return {
      driver: service.driver,
      balancer: service.balancer,
      dump: () => dump(service),
      foreign: () => readFile(path.join(service.folder, 'foreign.conf'), 'utf8'),
      async restart() {
        await service.kill();
        await service.start();
      },
      stop: () => rm(service.folder, { recursive: true }),
    };
  },
};
testDriver(harness);
testTraffic(harness, { udpFollows: true });
testUpsets(harness, {
  wraps: { binary: '"-t "*' },
  kills: [
    { change: 'a node is added', at: 0 },
    { change: 'a node is added', at: /^reload/ },
  ],
  broken: {
    signalling: { port: 80, ports: '4000-4099', tls: 'terminate', certificate: '/nonexistent/lab.pem' },
  },
  // The master is not found any more, which is all that can go wrong behind a file that nginx takes.
  harm: ({ engine: { balancer } }) => {
    const { pidFile } = ofTarget(balancer, 'nginx');
    return Promise.resolve(`[ -s ${pidFile} ] && mv ${pidFile} ${pidFile}.kept`);
  },
  async heal({ engine: { balancer } }) {
    const { pidFile } = ofTarget(balancer, 'nginx');
    await rename(`${pidFile}.kept`, pidFile);
  },
  udpFollows: true,
});

const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-40099' };

function topologyWith(nodes: readonly Fields[]): Topology {
  return cluster({ signalling: { port: 80, ports: '4000-4099' }, media: MEDIA }, nodes);
}

describe('the nginx driver', { skip }, () => {
  const base = topologyWith([{}, {}]);
  const run = { signal: new AbortController().signal };
  let lab: Lab;
  let service: Service;
  let client: LabClient;

  before(async () => {
    const topology = topologyWith([{}, {}, {}]);
    lab = await createLab(topology);
    await startEchoNodes(lab, topology);
    service = await startService(lab);
    client = await startClient(lab);
  });
  after(async () => {
    await lab.close();
    await rm(service.folder, { recursive: true });
  });

  const wanted = (topology: Topology): NginxState => service.driver.desired(intentOf(topology));
  const planTo = async (state: NginxState) => service.driver.plan(await service.driver.read(), state);
  const bringTo = async (state: NginxState) => service.driver.apply(await planTo(state), run);

  test('says that a file is not its own before it takes it over', async () => {
    const { foreign } = await planTo(wanted(base));
    assert.deepEqual(foreign, [`${path.join(service.folder, 'nginx.conf')} was not written by RoomLB`]);
  });

  test('keeps TCP connections of every node through a reload, with each answer to each line', async () => {
    await bringTo(wanted(base));
    const lines = ['sfu-1', 'sfu-2'].map((node, i) => ({
      kind: 'tcp' as const,
      address: '203.0.113.10',
      port: 40000 + 2 * i,
      keep: node,
    }));
    const during: string[] = [];
    const applied = new AbortController();
    const talk = (async () => {
      while (!applied.signal.aborted) during.push(...whoAnswered(await client.ask(lines)));
    })();
    await bringTo(wanted(topologyWith([{}, {}, {}])));
    await bringTo(wanted(topologyWith([{}, { state: 'draining' }, {}])));
    applied.abort();
    await talk;
    assert.deepEqual(new Set(during), new Set(['sfu-1', 'sfu-2']));
    assert.deepEqual(whoAnswered(await client.ask(lines)), ['sfu-1', 'sfu-2']);
    assert.ok(during.length >= 4);
  });

  test('shows nginx’s own words for a file that it refuses, and has changed nothing', async () => {
    await bringTo(wanted(base));
    const old = await dump(service);
    const broken =
      wanted(base).file?.replace('proxy_connect_timeout 2s;', 'proxy_connect_timeout never;') ?? '';
    await assert.rejects(bringTo({ file: broken, process: 'loaded' }), {
      kind: 'refused',
      message: /nginx -t: .*"proxy_connect_timeout" directive invalid value in .*\/nginx\.conf:\d+/,
    });
    assert.equal(await dump(service), old);
  });

  test('knows that a file was put in place which nginx has not loaded', async () => {
    await bringTo(wanted(base));
    const next = wanted(topologyWith([{}, {}, {}]));
    const interruption = new Error('killed');
    const plan = await planTo(next);
    const onStep = (index: number) => {
      if (index === 1) throw interruption;
    };
    await assert.rejects(service.driver.apply(plan, { ...run, onStep }), interruption);
    assert.equal((await service.driver.read()).process, 'stale');
    const { steps, changes } = await planTo(next);
    assert.deepEqual(
      steps.map(({ action }) => action),
      [{ do: 'reload' }],
    );
    assert.deepEqual(
      changes.map(({ key }) => key),
      ['process'],
    );
    await bringTo(next);
    assert.deepEqual((await planTo(next)).steps, []);
    const third = { kind: 'tcp' as const, address: '203.0.113.10', port: 40004 };
    assert.deepEqual(whoAnswered(await client.ask([third])), ['sfu-3']);
  });

  test('reports a dead nginx and does not start it; what it wrote takes effect with the start', async () => {
    await bringTo(wanted(base));
    await service.kill();
    const next = wanted(topologyWith([{}, {}, {}]));
    const { notes, steps } = await planTo(next);
    assert.match(notes.join(), /^nginx does not run \(no process of .*nginx\.pid\)/);
    assert.deepEqual(
      steps.map(({ action }) => action.do),
      ['write'],
    );
    await bringTo(next);
    assert.equal((await service.driver.read()).process, 'dead');
    await service.start();
    assert.deepEqual((await planTo(next)).steps, []);
    const third = { kind: 'udp' as const, address: '203.0.113.10', port: 40004 };
    assert.deepEqual(whoAnswered(await client.ask([third])), ['sfu-3']);
  });
});
