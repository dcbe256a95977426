/** Runs in a guest whose kernel has IPVS; apply.ts boots it, and reads what it writes. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ofTarget } from '../../src/targets/balancer.ts';
import { ipvsDriver } from '../../src/targets/ipvs/driver/driver.ts';
import type { IpvsAction, IpvsState } from '../../src/targets/ipvs/driver/state.ts';
import { ipvs } from '../../src/targets/ipvs/index.ts';
import { findBinary } from '../lab/netns.ts';
import { balancerFor } from '../targets/balancers.ts';
import { rowsOf, type Contender } from './one-change.ts';

const balancer = {
  ...ofTarget(balancerFor('ipvs'), 'ipvs'),
  ...{ ownedFile: path.resolve('owned.json'), namespace: null, ipvsadm: findBinary('ipvsadm') ?? 'ipvsadm' },
};
/** A thousand nodes are 16,000 services, which the guest takes more than half a minute to load. */
const SIZES = [10, 100, 300];

const contender = {
  name: 'ipvs, its weight and address',
  driver: ipvsDriver(balancer, 'bench'),
  commands: (action) => (action.do === 'rules' ? action.lines.length : 1),
  rival: 'ipvsadm-restore of the whole table',
  whole(intent) {
    execFileSync('ipvsadm-restore', { input: ipvs.render(intent).files[0]?.content ?? '' });
    return Promise.resolve();
  },
} satisfies Contender<IpvsState, IpvsAction>;
await writeFile('rows.json', JSON.stringify(await rowsOf(contender, SIZES)));
