import { ofTarget } from '../balancer.ts';
import type { NeedsOf } from '../host-needs.ts';
import { carriedByIpvs } from '../ipvs/carried.ts';
import { sysctls } from '../ipvs/sysctl.ts';

export const needsOf: NeedsOf = (balancer, intent) => ({
  program: { command: ofTarget(balancer, 'keepalived').binary, args: ['--version'], least: '2.2.7' },
  sysctls: sysctls(carriedByIpvs(intent).services),
  inKernel: true,
  tracksFlows: false,
  listens: false,
});
