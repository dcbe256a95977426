import { NodeSchema } from '../../topology/schema.ts';
import { parseMs } from '../../topology/read-milliseconds.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import type { Loss, Stage } from '../guard.ts';
import { durationIn } from '../mapping/checks.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { Context, PlanInput, Resource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import type { ObjectValue } from '../plugin/values.ts';
import { stillBusy, waitForEmpty } from './drain.ts';
import {
  change,
  entityResource,
  idOf,
  mustBeTheSame,
  pathOf,
  remove,
  subjectOf,
  write,
  type Entity,
  type Options,
} from './entity.ts';
import { leaving, onceOutOfTheWay } from './in-order.ts';
import { claimPorts } from './planned-ports.ts';
import { rejoinWindows, windowsOf } from './windows-left.ts';

const ON_TIMEOUT = ['fail', 'delete'];

const DRAINING: Attributes = {
  drain_timeout: {
    type: 'string',
    presence: 'optional',
    description:
      'How long to wait, when the node is destroyed, until its rooms are over: it drains meanwhile. 1s to 24h. Without ' +
      'it the node is removed at once, and its rooms move. What counts is what was applied last.',
    example: '"10m"',
    check: durationIn({ least: 1000, most: 24 * 3_600_000 }),
  },
  on_drain_timeout: {
    type: 'string',
    presence: 'optional-computed',
    default: 'fail',
    description:
      'What to do when time is up and rooms are left. `fail`: end with an error and leave the node draining. `delete`: ' +
      'remove it all the same.',
    check: (value) =>
      typeof value === 'string' && ON_TIMEOUT.includes(value)
        ? undefined
        : `must be ${ON_TIMEOUT.join(' or ')}`,
  },
};

export const NODE: Entity = {
  name: 'nodes',
  key: 'id',
  type: 'node',
  word: 'node',
  description: 'A media node: a real server behind a VIP.',
  mapping: deriveMapping(NodeSchema, {
    id: { traits: { replaces: true, example: '"sfu-11"' } },
    kind: { traits: { example: '"mediasoup"' } },
    mediaPorts: { traits: { example: '"40000-40003"' } },
  }),
  operational: ['state', 'weight'],
  own: { attributes: DRAINING, imported: { on_drain_timeout: 'fail' } },
};

/** Terraform removes first, and changes what depends on it afterwards: a window of these nodes would keep each of them. */
const LEAVES = 'leaveWindows=true';

const base = entityResource(NODE);

export const node: Resource<DispatcherApi> = {
  ...base,
  plan: async (input) => {
    const { prior, client, planned } = input;
    if (prior && client) await guardLoss('plan', prior, planned, client);
    if (planned && client) claimPorts(client, planned);
    return planOf(input);
  },
  create: async (planned, api, context) => {
    const made = await base.create(planned, api, context);
    await rejoinWindows(api, idOf(NODE, planned), context);
    return made;
  },
  update: async (prior, planned, api, context) => {
    await guardLoss('apply', prior, planned, api);
    return onceOutOfTheWay(api, context, () =>
      write(NODE, api, planned, change(NODE, prior, planned), optionsOf(api)),
    );
  },
  delete: (prior, api, context) =>
    leaving(subjectOf(NODE, prior), api, context, () => takeOut(prior, api, context)),
};

async function takeOut(prior: ObjectValue, api: DispatcherApi, context: Context): Promise<void> {
  await guardLoss('apply', prior, null, api);
  const timeout = typeof prior.drain_timeout === 'string' ? parseMs(prior.drain_timeout) : undefined;
  // A node that is disabled has no rooms: they have moved already.
  if (timeout === undefined || prior.state === 'disabled')
    await removeAltogether(api, prior, optionsOf(api, LEAVES));
  else await drainAndRemove(prior, timeout, api, context);
}

/** @throws DiagnosticError */
async function removeAltogether(api: DispatcherApi, prior: ObjectValue, options: Options): Promise<void> {
  const id = idOf(NODE, prior);
  const windows = await windowsOf(api, id);
  await remove(NODE, api, prior, options);
  if (!api.ledger.hasMade(pathOf(NODE, prior))) api.ledger.windowsLeft.set(id, windows);
}

function planOf(input: PlanInput<DispatcherApi>) {
  return base.plan?.(input) ?? { planned: input.planned };
}

async function guardLoss(
  stage: Stage,
  prior: ObjectValue,
  planned: ObjectValue | null,
  { guard }: DispatcherApi,
): Promise<void> {
  const loss = lossOf(prior, planned);
  if (loss) await guard.lose(stage, idOf(NODE, prior), loss);
}

/** What a VIP loses where a node becomes another, or none; what is not yet known counts as another. */
function lossOf(prior: ObjectValue, planned: ObjectValue | null): Loss | undefined {
  if (prior.state === 'disabled') return undefined;
  const stays = planned && planned.id === prior.id && planned.vip === prior.vip;
  if (!stays || planned.state === 'disabled') return 'gone';
  return isUsable(prior) && !isUsable(planned) ? 'idle' : undefined;
}

function isUsable({ state, weight }: ObjectValue): boolean {
  return state === 'active' && weight !== 0;
}

function optionsOf({ guard }: DispatcherApi, ...more: readonly string[]): Options {
  const query = [...(guard.settings.allowEmptyPools ? ['allowEmpty=true'] : []), ...more].join('&');
  return {
    ...(query !== '' && { query: `?${query}` }),
    refused: (kind) => (kind === 'would-empty-pool' ? wouldEmpty() : undefined),
  };
}

function wouldEmpty(): Error {
  return failure(
    'The dispatcher refuses to empty a pool',
    'No node of the VIP would be left to take rooms. Where that is meant, set allow_empty_pools = true in the provider ' +
      'block, or ROOMLB_ALLOW_EMPTY_POOLS=1 for this command.',
  );
}

const HAS_ROOMS = new Error('the node has rooms');

async function drainAndRemove(
  prior: ObjectValue,
  timeout: number,
  api: DispatcherApi,
  { stopped }: Context,
): Promise<void> {
  const draining = { ...prior, state: 'draining' };
  const begin = (found: Parameters<ReturnType<typeof change>>[0]) => {
    if (!found || found.state === 'draining' || api.ledger.hasMade(pathOf(NODE, prior))) return undefined;
    mustBeTheSame(NODE, found, prior);
    return { ...found, state: 'draining' };
  };
  await write(NODE, api, draining, begin, optionsOf(api));
  const removeIfEmpty = async () => {
    const options = optionsOf(api, LEAVES, 'ifEmpty=true');
    const refused = (kind: string | undefined) =>
      kind === 'node-has-rooms' ? HAS_ROOMS : options.refused?.(kind);
    try {
      await removeAltogether(api, draining, { ...options, refused });
      return true;
    } catch (error) {
      if (error === HAS_ROOMS) return false;
      throw error;
    }
  };
  const rooms = await waitForEmpty(api, { node: idOf(NODE, prior), timeout, stopped, removeIfEmpty });
  if (!rooms) return;
  if (prior.on_drain_timeout !== 'delete') throw stillBusy(idOf(NODE, prior), timeout, rooms);
  await removeAltogether(api, draining, optionsOf(api, LEAVES));
}
