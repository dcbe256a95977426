import { ofTarget } from '../balancer.ts';
import type { NeedsOf } from '../host-needs.ts';
import { carriedByIpvs } from './carried.ts';
import { sysctls } from './sysctl.ts';

export const needsOf: NeedsOf = (balancer, intent) => ({
  program: { command: ofTarget(balancer, 'ipvs').ipvsadm, args: ['--version'], least: '1.31' },
  sysctls: sysctls(carriedByIpvs(intent).services),
  inKernel: true,
  tracksFlows: false,
  listens: false,
});
