/** A resource of which each cluster has exactly one, and always has it: to delete it puts back its defaults. */
import { isRecord } from '../../json.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { edit, find, type Decide, type Document } from '../client/edit.ts';
import { failure, type Diagnostic } from '../plugin/diagnostics.ts';
import type { Resource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import type { ObjectValue } from '../plugin/values.ts';
import { REFRESH_FIRST } from './entity.ts';
import { leaving, making, type Subject } from './in-order.ts';
import { differences, invalid, overlay, planPart, validatePart, valuesOf, type Part } from './part.ts';

export interface Policy extends Part {
  readonly name: 'placement' | 'health';
  /** Without the provider's name: `placement_policy`. */
  readonly type: string;
  readonly description: string;
  /** Finds what the topology's rules do not know of. */
  readonly validate?: (config: ObjectValue) => readonly Diagnostic[];
}

const ID: Attributes = {
  id: { type: 'string', presence: 'computed', stable: true, description: "The cluster's name." },
};

export function policyResource(policy: Policy): Resource<DispatcherApi> {
  const { type, description, mapping, name } = policy;
  const path = `/v1/policies/${name}`;
  const subject: Subject = { path, id: name, word: policy.word };
  const stateOf = async (api: DispatcherApi, document: Document): Promise<ObjectValue> => ({
    id: await clusterOf(api),
    ...valuesOf(policy, document),
  });
  const write = async (api: DispatcherApi, planned: ObjectValue, decide: Decide) => {
    const document = await edit(api, { path, decide, refused: refusedAs(policy) });
    return { ...planned, ...(await stateOf(api, document ?? {})) };
  };
  return {
    name: type,
    schema: { version: 0, description, attributes: { ...ID, ...mapping.attributes } },
    validate: (config) => [...validatePart(policy, config), ...(policy.validate?.(config) ?? [])],
    plan: ({ config, planned }) => ({ planned: config && planned && planPart(policy, config, planned) }),
    create: (planned, api, context) =>
      making(subject, api, context, () => write(api, planned, takeOver(policy, planned))),
    read: async (_, api, { stopped }) => {
      const found = await find(api, path, stopped);
      return found ? stateOf(api, found.document) : null;
    },
    update: (prior, planned, api) => write(api, planned, change(policy, prior, planned)),
    delete: (prior, api, context) => {
      const decide: Decide = (found) => {
        if (!found || api.ledger.hasMade(path) || differences(policy, found, {}).length === 0)
          return undefined;
        mustBeAsPlanned(policy, found, prior, REFRESH_FIRST);
        return null;
      };
      return leaving(subject, api, context, async () => {
        await edit(api, { path, decide, refused: refusedAs(policy) });
      });
    },
    import: async (id, api) => {
      const cluster = await clusterOf(api);
      if (id !== cluster && id !== name) {
        throw failure(
          `There is no ${policy.word} ${JSON.stringify(id)}`,
          `A cluster has one, which is imported by the cluster's name: ${cluster}.`,
        );
      }
      return { id: cluster };
    },
  };
}

/** What is there already is either nobody's (the defaults), or as planned, or somebody's. */
function takeOver(policy: Policy, planned: ObjectValue): Decide {
  return (found) => {
    if (!found) return overlay(policy, {}, planned);
    const differing = differences(policy, found, planned);
    if (differing.length === 0) return undefined;
    if (differences(policy, found, {}).length === 0) return overlay(policy, found, planned);
    throw failure(
      `The cluster has a ${policy.word} already`,
      `It is not that of the defaults, and differs from what is planned in: ${differing.join(', ')}. To manage it from ` +
        `here, import it: terraform import roomlb_${policy.type}.NAME ${policy.name}.`,
    );
  };
}

function change(policy: Policy, prior: ObjectValue, planned: ObjectValue): Decide {
  return (found) => {
    if (!found) return overlay(policy, {}, planned);
    if (differences(policy, found, planned).length === 0) return undefined;
    mustBeAsPlanned(policy, found, prior);
    return overlay(policy, found, planned);
  };
}

/** @throws DiagnosticError where somebody else changed it since the plan was made */
function mustBeAsPlanned(
  policy: Policy,
  found: Document,
  prior: ObjectValue,
  hint = 'Plan again, to see it.',
): void {
  const differing = differences(policy, found, prior);
  if (differing.length === 0) return;
  throw failure(
    `The ${policy.word} was changed meanwhile`,
    `Since the plan was made, somebody else changed ${differing.join(', ')} of it. ${hint}`,
  );
}

function refusedAs(policy: Policy) {
  return (status: number, body: unknown): Promise<Error | undefined> =>
    Promise.resolve(
      status === 422 ? invalid(policy, body, [policy.name], (path) => path.join('.')) : undefined,
    );
}

const clusters = new WeakMap<DispatcherApi, Promise<string>>();

/** Asked once: the name of a cluster never changes while somebody talks to it. */
function clusterOf(api: DispatcherApi): Promise<string> {
  const known = clusters.get(api) ?? askForCluster(api);
  clusters.set(api, known);
  return known;
}

async function askForCluster(api: DispatcherApi): Promise<string> {
  const topology = await api.ask('/v1/topology');
  if (isRecord(topology) && typeof topology.cluster === 'string') return topology.cluster;
  throw failure('That is no dispatcher', 'GET /v1/topology was answered, but not by a topology.');
}
