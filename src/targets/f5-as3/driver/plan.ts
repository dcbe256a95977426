/** From state to state: one declaration, which AS3 itself compares with what the BIG-IP has. */
import type { Change, Disruption, Plan } from '../../driver.ts';
import { lineDifferences, poolDifferences } from '../../driving/changes.ts';
import type { As3Action, As3State } from './state.ts';
import { viewTenant, type TenantView } from './view.ts';

export interface Place {
  readonly url: string;
  /** The tenant's name. */
  readonly name: string;
}

export function planChanges(actual: As3State, desired: As3State, place: Place): Plan<As3Action> {
  const isForeign = actual.tenant !== null && actual.tenant.label !== actual.mark;
  // Whoever made it: where nothing is wanted, it is in nobody's way.
  const from = viewTenant(isForeign && desired.tenant === null ? null : actual.tenant);
  const to = viewTenant(desired.tenant);
  const changes = lineDifferences(from.texts, to.texts).map((difference): Change => {
    const { key } = difference;
    return { ...difference, node: nodeOf(key, from, to), disrupts: disruption(difference, from) };
  });
  const { tenant } = desired;
  const what = tenant === null ? 'remove' : actual.tenant === null ? 'make' : 'change';
  return {
    changes,
    steps:
      changes.length === 0
        ? []
        : [
            {
              text: `POST ${place.url}: ${what} tenant ${place.name}, after a dry run`,
              action: { do: 'deploy', tenant, lock: actual.lock },
            },
          ],
    pools: poolDifferences(from.pools, to.pools),
    singlePools: [...from.pools.values()].filter(({ shared }) => !shared).length,
    foreign: isForeign && tenant !== null ? [foreignTenant(place, actual)] : [],
    notes: [],
  };
}

function nodeOf(key: string, from: TenantView, to: TenantView): string | null {
  return to.nodes.get(key) ?? from.nodes.get(key) ?? null;
}

/** Of what a pool does with flows of members that leave, the BIG-IP's settings decide. */
function disruption({ key, kind }: Pick<Change, 'key' | 'kind'>, from: TenantView): Disruption | null {
  const front = from.services.get(key);
  if (front === undefined || kind !== 'remove') return null;
  return { what: `${front} does not answer any more`, connections: null };
}

function foreignTenant({ url, name }: Place, { tenant, mark }: As3State): string {
  const said = tenant?.label === undefined ? 'has no label' : `has the label "${tenant.label}"`;
  return `tenant ${name} at ${url} is not this cluster's: it ${said}, where RoomLB's own has "${mark}"`;
}
