import { ofTarget } from '../balancer.ts';
import type { NeedsOf } from '../host-needs.ts';

export const needsOf: NeedsOf = (balancer) => ({
  program: { command: ofTarget(balancer, 'haproxy').binary, args: ['-v'], least: '2.4' },
  sysctls: [],
  inKernel: false,
  tracksFlows: false,
  listens: true,
});
