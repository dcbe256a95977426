import { ofTarget } from '../balancer.ts';
import type { NeedsOf } from '../host-needs.ts';

export const needsOf: NeedsOf = (balancer) => ({
  program: { command: ofTarget(balancer, 'nginx').binary, args: ['-v'], least: '1.22' },
  sysctls: [],
  inKernel: false,
  tracksFlows: false,
  listens: true,
});
