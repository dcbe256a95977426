import { ofTarget } from '../balancer.ts';
import type { NeedsOf } from '../host-needs.ts';
import { carries, forwardingSysctls } from './findings.ts';

export const needsOf: NeedsOf = (balancer, { vips, services }) => ({
  program: { command: ofTarget(balancer, 'nftables').nft, args: ['--version'], least: '1.0.6' },
  sysctls: forwardingSysctls(vips, services.filter(carries)),
  inKernel: true,
  tracksFlows: true,
  listens: false,
});
