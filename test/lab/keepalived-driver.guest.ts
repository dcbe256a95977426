/** The keepalived driver with a real keepalived and a kernel's own IPVS; linux-drivers.test.ts boots it. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ofTarget } from '../../src/targets/balancer.ts';
import { keepalivedDriver } from '../../src/targets/keepalived/driver/driver.ts';
import { balancerFor } from '../targets/balancers.ts';
import { testDriver } from './driver-contract.ts';
import { findBinary, untilLine } from './netns.ts';

const FOREIGN = ['-A -u 203.0.113.99:53 -s sh -p 60', '-a -u 203.0.113.99:53 -r 10.9.9.9:53 -i -w 1'];
const configFile = path.resolve('keepalived-driver.conf');
const pidFile = path.resolve('keepalived-driver.pid');

testDriver({
  name: 'keepalived',
  skip: false,
  vip: {
    signalling: { port: 80, ports: '4000-4099' },
    media: { protocols: ['udp', 'tcp'], ports: '40000-40999' },
  },
  patience: 15_000,
  async start(lab) {
    const ipvsadm = (args: readonly string[], input = '') => lab.check(lab.lb, 'ipvsadm', args, { input });
    await ipvsadm(['-R'], `${FOREIGN.join('\n')}\n`);
    await writeFile(configFile, '# Of somebody else.\nglobal_defs {\n    dynamic_interfaces\n}\n');
    const start = async () => {
      const pids = ['-p', pidFile, '-c', `${pidFile}.checkers`, '-r', `${pidFile}.vrrp`];
      const daemon = lab.spawn(lab.lb, 'keepalived', ['-n', '-l', '-D', '-f', configFile, ...pids]);
      await untilLine(daemon, /Startup complete/);
      return daemon;
    };
    let daemon = await start();
    const balancer = { ...ofTarget(balancerFor('keepalived'), 'keepalived'), configFile, pidFile };
    const [binary = '', program = ''] = ['keepalived', 'ipvsadm'].map(findBinary);
    return {
      driver: keepalivedDriver({ ...balancer, namespace: lab.lb, binary, ipvsadm: program }),
      dump: async () => [await ipvsadm(['-Sn']), await readFile(configFile, 'utf8')].join('\n'),
      async foreign() {
        const lines = (await ipvsadm(['-Sn'])).split('\n');
        return lines.filter((line) => line.includes(' 203.0.113.99:53 ')).join('\n');
      },
      async restart() {
        daemon.kill('SIGKILL');
        // Its children end a moment later, and take their services with them.
        while ((await ipvsadm(['-Sn'])).includes('203.0.113.10')) await sleep(100);
        daemon = await start();
      },
      stop: () => Promise.resolve(),
    };
  },
});
