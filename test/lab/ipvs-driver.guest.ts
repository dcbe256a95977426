/** The ipvs driver with a kernel's own IPVS; linux-drivers.test.ts boots it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ofTarget } from '../../src/targets/balancer.ts';
import { ipvsDriver } from '../../src/targets/ipvs/driver/driver.ts';
import { SYSCTL_NAMES } from '../../src/targets/ipvs/driver/settings.ts';
import { balancerFor } from '../targets/balancers.ts';
import { testDriver } from './driver-contract.ts';
import { findBinary } from './netns.ts';

/** Of somebody else, on a VIP of RoomLB's, on one that it knows nothing of, and by firewall mark. */
const FOREIGN = [
  '-A -t 203.0.113.10:8080 -s wrr',
  '-a -t 203.0.113.10:8080 -r 10.0.0.1:8080 -m -w 7',
  '-A -u 203.0.113.99:53 -s sh -p 60',
  '-a -u 203.0.113.99:53 -r 10.9.9.9:53 -i -w 1',
  '-A -f 7 -s wrr',
  '-a -f 7 -r 10.9.9.9:0 -g -w 1',
];
const ownedFile = path.resolve('ipvs-owned.json');

testDriver({
  name: 'ipvs',
  skip: false,
  vip: {
    signalling: { port: 80, ports: '4000-4099' },
    media: { protocols: ['udp', 'tcp'], ports: '40000-40999' },
  },
  patience: 15_000,
  async start(lab) {
    const ipvsadm = (args: readonly string[], input = '') => lab.check(lab.lb, 'ipvsadm', args, { input });
    const load = () => ipvsadm(['-R'], `${FOREIGN.join('\n')}\n`);
    await load();
    const balancer = {
      ...ofTarget(balancerFor('ipvs'), 'ipvs'),
      ...{ ownedFile, namespace: lab.lb, ipvsadm: findBinary('ipvsadm') ?? 'ipvsadm' },
    };
    return {
      driver: ipvsDriver(balancer, 'test-1'),
      balancer,
      dump: async () =>
        [
          await ipvsadm(['-Sn']),
          await ipvsadm(['-L', '--timeout']),
          await lab.check(lab.lb, 'sysctl', SYSCTL_NAMES),
          await readFile(ownedFile, 'utf8').catch(() => ''),
        ].join('\n'),
      async foreign() {
        const lines = (await ipvsadm(['-Sn'])).split('\n');
        return lines
          .filter((line) => / (-f 7|203\.0\.113\.10:8080|203\.0\.113\.99:53) /.test(line))
          .join('\n');
      },
      async restart() {
        await ipvsadm(['-C']);
        await load();
      },
      stop: () => Promise.resolve(),
    };
  },
});
