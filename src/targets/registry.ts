import { haproxy } from './haproxy/index.ts';
import { ipvs } from './ipvs/index.ts';
import { keepalived } from './keepalived/index.ts';
import { nftables } from './nftables/index.ts';
import { nginx } from './nginx/index.ts';
import { nodeSetup } from './node-setup/index.ts';
import type { Target } from './target.ts';

/** Every target there is, in the order of tables and help texts. */
export const TARGETS: readonly Target[] = [haproxy, nginx, nftables, ipvs, keepalived, nodeSetup];

export function findTarget(name: string): Target | undefined {
  return TARGETS.find((target) => target.name === name);
}
