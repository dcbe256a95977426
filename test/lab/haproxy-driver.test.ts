/** The contract of drivers with a real HAProxy: once by reloads (media ports), once by the run-time API alone. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { ofTarget } from '../../src/targets/balancer.ts';
import { ask } from '../../src/targets/haproxy/driver/socket.ts';
import { haproxy } from '../../src/targets/haproxy/index.ts';
import { testDriver, type EngineHarness, type LiveEngine } from './driver-contract.ts';
import { testDraining } from './drain-contract.ts';
import { testKept } from './kept-contract.ts';
import { testUpsets } from './upset-contract.ts';
import { testTraffic } from './traffic-contract.ts';
import { startHaproxyService, type HaproxyService } from './haproxy-service.ts';
import { labSkipReason, type Lab } from './netns.ts';

const common = {
  skip: labSkipReason(['haproxy']),
  start: startEngine,
} satisfies Partial<EngineHarness>;

const harness: EngineHarness = {
  ...common,
  name: 'haproxy, signalling and media',
  vip: { signalling: { port: 443 }, media: { protocols: ['tcp'], ports: '40000-40099' } },
};
testDriver(harness);
testTraffic(harness);
testDraining(harness);
testUpsets(harness, {
  wraps: { binary: '"-c "*' },
  kills: [
    { change: 'a weight changes', at: 0 },
    { change: 'a node is added', at: /^reload/ },
  ],
  broken: { signalling: { port: 443, tls: 'terminate', certificate: '/nonexistent/lab.pem' } },
  // By then the process was told: the check of the file comes last.
  harm: () => Promise.resolve('echo "no such file for me"; exit 1'),
});
testKept(
  { ...harness, vip: { ...harness.vip, signalling: { port: 443, ports: '4000-4099' } } },
  {
    by: 'dispatcher',
    programs: {},
    drift: ({ engine }) =>
      ask(ofTarget(engine.balancer, 'haproxy').statsSocket, 'set server sig:public/sfu-1 state drain'),
  },
);
testDriver({ ...common, name: 'haproxy, signalling alone', vip: { signalling: { port: 443 } } });

async function startEngine(lab: Lab): Promise<LiveEngine> {
  const service = await startHaproxyService(lab);
  await service.admin('set server foreign/a weight 7');
  await service.admin('set server foreign/b state maint');
  return {
    driver: haproxy.driver!(service.balancer, 'test-1'),
    balancer: service.balancer,
    dump: () => dump(service),
    foreign: async () => {
      const state = await serverState(service);
      const config = await readFile(path.join(service.folder, 'foreign.cfg'), 'utf8');
      return [config, ...state.filter((line) => line.startsWith('foreign '))].join('\n');
    },
    async restart() {
      await service.kill();
      await service.start();
    },
    stop: () => service.stop(),
  };
}

/** Every file of the folder, every server but for its times and checks under way, and who runs. */
async function dump(service: HaproxyService): Promise<string> {
  const names = (await readdir(service.folder)).sort();
  const files = names.filter((name) => name.endsWith('.cfg'));
  const texts = await Promise.all(files.map((name) => readFile(path.join(service.folder, name), 'utf8')));
  const pids = (await service.processes()).match(/^\d+\s+\w+/gm) ?? [];
  return [...names, ...texts, ...(await serverState(service)), ...pids].join('\n');
}

const LASTING = ['be_name', 'srv_name', 'srv_id', 'srv_addr', 'srv_port', 'srv_admin_state', 'srv_uweight'];

async function serverState(service: HaproxyService): Promise<string[]> {
  const lines = (await service.admin('show servers state')).split('\n');
  const columns = lines[1]!.slice(2).split(' ');
  const places = [...LASTING, 'srv_iweight', 'srv_check_port'].map((name) => columns.indexOf(name));
  return lines
    .slice(2)
    .map((line) => line.split(' '))
    .map((cells) => places.map((place) => cells[place]).join(' '));
}
