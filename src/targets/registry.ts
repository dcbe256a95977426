import { a10Acos } from './a10-acos/index.ts';
import { bird } from './bird/index.ts';
import { ciscoAce } from './cisco-ace/index.ts';
import { ciscoIosSlb } from './cisco-ios-slb/index.ts';
import { ciscoNxosItd } from './cisco-nxos-itd/index.ts';
import { citrixNetscaler } from './citrix-netscaler/index.ts';
import { dpvs } from './dpvs/index.ts';
import { envoy } from './envoy/index.ts';
import { exabgp } from './exabgp/index.ts';
import { f5As3 } from './f5-as3/index.ts';
import { f5Tmsh } from './f5-tmsh/index.ts';
import { frr } from './frr/index.ts';
import { glbDirector } from './glb-director/index.ts';
import { gobgp } from './gobgp/index.ts';
import { haproxy } from './haproxy/index.ts';
import { ipvs } from './ipvs/index.ts';
import { katran } from './katran/index.ts';
import { keepalived } from './keepalived/index.ts';
import { loxilb } from './loxilb/index.ts';
import { metallb } from './metallb/index.ts';
import { nftables } from './nftables/index.ts';
import { nginx } from './nginx/index.ts';
import { nodeSetup } from './node-setup/index.ts';
import { piolinkPask } from './piolink-pask/index.ts';
import { radwareAlteon } from './radware-alteon/index.ts';
import { dialectOf } from '../topology/balancers/balancer.ts';
import type { Topology } from '../topology/model.ts';
import type { Target, TargetKind } from './target.ts';

/** Every target there is, in the order of tables and help texts. */
export const TARGETS: readonly Target[] = [
  haproxy,
  nginx,
  nftables,
  ipvs,
  keepalived,
  envoy,
  dpvs,
  katran,
  glbDirector,
  loxilb,
  ciscoIosSlb,
  ciscoAce,
  ciscoNxosItd,
  f5Tmsh,
  f5As3,
  citrixNetscaler,
  a10Acos,
  radwareAlteon,
  piolinkPask,
  bird,
  frr,
  exabgp,
  gobgp,
  metallb,
  nodeSetup,
];

export function findTarget(name: string): Target | undefined {
  return TARGETS.find((target) => target.name === name);
}

const USUAL: readonly TargetKind[] = ['linux', 'node'];

/**
 * Those to speak of where nobody says which: those of the topology's balancers, or where it names none those
 * that any Linux host may be. Of the others there are many, and nobody has them all.
 */
export function usualTargets(
  { balancers }: Pick<Topology, 'balancers'>,
  targets: readonly Target[] = TARGETS,
): Target[] {
  const named = new Set<string>(balancers.map(dialectOf));
  return targets.filter(({ name, kind }) => (named.size > 0 ? named.has(name) : USUAL.includes(kind)));
}
