/** A resource of which the topology has a list: a node, a VIP, a maintenance window. */
import { isRecord } from '../../json.ts';
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import { edit, find, type Decide, type Document } from '../client/edit.ts';
import { faultsOf, problemKind } from '../client/problem.ts';
import { parsePath } from '../mapping/faults.ts';
import { failure, type DiagnosticError } from '../plugin/diagnostics.ts';
import type { Resource } from '../plugin/provider.ts';
import type { Attributes } from '../plugin/schema.ts';
import type { ObjectValue } from '../plugin/values.ts';
import { leaving, making, onceOutOfTheWay, type Subject } from './in-order.ts';
import {
  differences,
  invalid,
  overlay,
  planPart,
  validatePart,
  valuesOf,
  documentOf,
  type Part,
} from './part.ts';

export interface Entity extends Part {
  readonly name: 'nodes' | 'vips' | 'maintenance' | 'pins';
  /** The member that says which of them it is. */
  readonly key: 'id' | 'room';
  /** Without the provider's name: `maintenance_window`. */
  readonly type: string;
  readonly description: string;
  /** Names of attributes that people change by other means from day to day. */
  readonly operational?: readonly string[];
  /** Attributes that only the provider knows, with what they are after an import. */
  readonly own?: Readonly<{ attributes: Attributes; imported: ObjectValue }>;
}

export function pathOf(entity: Entity, values: ObjectValue): string {
  return `/v1/${entity.name}/${encodeURIComponent(idOf(entity, values))}`;
}

/** As the rest of an apply knows it. */
export function subjectOf(entity: Entity, values: ObjectValue): Subject {
  return { path: pathOf(entity, values), id: idOf(entity, values), word: entity.word };
}

export function entityResource(entity: Entity): Resource<DispatcherApi> {
  const { type, description, mapping, own } = entity;
  return {
    name: type,
    schema: { version: 0, description, attributes: { ...mapping.attributes, ...own?.attributes } },
    validate: (config) => validatePart(entity, config),
    plan: ({ config, planned }) => ({ planned: config && planned && planPart(entity, config, planned) }),
    create: (planned, api, context) =>
      making(subjectOf(entity, planned), api, context, () =>
        write(entity, api, planned, makeAnew(entity, planned), { isNew: true }),
      ),
    read: async (state, api, { stopped }) => {
      const found = await find(api, pathOf(entity, state), stopped);
      return found ? { ...state, ...valuesOf(entity, found.document) } : null;
    },
    update: (prior, planned, api, context) =>
      onceOutOfTheWay(api, context, () => write(entity, api, planned, change(entity, prior, planned))),
    delete: (prior, api, context) =>
      leaving(subjectOf(entity, prior), api, context, () => remove(entity, api, prior)),
    import: async (id, api, { stopped }) => {
      const found = await find(api, pathOf(entity, { [entity.key]: id }), stopped);
      if (!found)
        throw failure('There is nothing to import', `The topology has no ${entity.word} ${quoted(id)}.`);
      return { [entity.key]: id, ...own?.imported };
    },
  };
}

/** What an apply that was interrupted has made already is taken as it is; what is there otherwise is somebody's. */
export function makeAnew(entity: Entity, planned: ObjectValue): Decide {
  return (found) => {
    if (!found) return documentOf(entity, planned);
    const differing = differences(entity, found, planned);
    if (differing.length === 0) return undefined;
    const { type, word } = entity;
    throw failure(
      `There is a ${word} ${quoted(idOf(entity, planned))} already`,
      `It differs from what is planned in: ${differing.join(', ')}. To manage it from here, import it: ` +
        `terraform import roomlb_${type}.NAME ${idOf(entity, planned)}. Or choose another id.`,
      [entity.key],
    );
  };
}

export function change(entity: Entity, prior: ObjectValue, planned: ObjectValue): Decide {
  const { word } = entity;
  return (found) => {
    if (!found) {
      throw failure(
        `The ${word} is gone`,
        `Somebody else removed ${word} ${quoted(idOf(entity, prior))}. Plan again.`,
      );
    }
    if (differences(entity, found, planned).length === 0) return undefined;
    mustBeAsPlanned(entity, found, prior);
    return overlay(entity, found, planned);
  };
}

/** @throws DiagnosticError where somebody else changed it since the plan was made */
export function mustBeAsPlanned(entity: Entity, found: Document, prior: ObjectValue): void {
  const differing = differences(entity, found, prior);
  if (differing.length > 0) throw changedMeanwhile(entity, prior, differing, 'Plan again, to see it.');
}

/**
 * Before a removal. What runs a node from day to day may have changed: who drains one by hand, and then takes it out of
 * the configuration, wants it gone.
 *
 * @throws DiagnosticError where somebody else made something else of it
 */
export function mustBeTheSame(entity: Entity, found: Document, prior: ObjectValue): void {
  const differing = differences(entity, found, prior).filter((name) => !entity.operational?.includes(name));
  if (differing.length > 0) throw changedMeanwhile(entity, prior, differing, REFRESH_FIRST);
}

/** Terraform plans to remove what has left the configuration from its state as it was, and not as it was read. */
export const REFRESH_FIRST =
  'Look at it (terraform plan -refresh-only), have the state know it (terraform apply -refresh-only), and plan again.';

function changedMeanwhile(
  entity: Entity,
  prior: ObjectValue,
  differing: readonly string[],
  hint: string,
): DiagnosticError {
  const { word } = entity;
  return failure(
    `The ${word} was changed meanwhile`,
    `Since the plan was made, somebody else changed ${differing.join(', ')} of ${word} ${quoted(idOf(entity, prior))}. ${hint}`,
  );
}

export interface Options {
  /** Whether there is most likely none yet. */
  readonly isNew?: boolean;
  /** Whether it is to be removed. */
  readonly leaves?: boolean;
  /** Of writes: `?allowEmpty=true`. */
  readonly query?: string;
  /** What a refusal means, other than that the topology would be invalid. */
  readonly refused?: (kind: string | undefined) => Error | undefined;
}

/** @throws DiagnosticError where somebody else changed it since the plan was made, or the dispatcher refuses */
export async function remove(
  entity: Entity,
  api: DispatcherApi,
  prior: ObjectValue,
  options: Options = {},
): Promise<void> {
  const decide: Decide = (found) => {
    if (api.ledger.hasMade(pathOf(entity, prior))) return undefined;
    if (found) mustBeTheSame(entity, found, prior);
    return null;
  };
  await write(entity, api, prior, decide, { ...options, leaves: true });
}

/** @returns the state */
export async function write(
  entity: Entity,
  api: DispatcherApi,
  values: ObjectValue,
  decide: Decide,
  { isNew = false, leaves = false, query = '', refused }: Options = {},
): Promise<ObjectValue> {
  const document = await edit(api, {
    path: pathOf(entity, values),
    isNew,
    query,
    decide,
    refused: async (status, body) =>
      refused?.(problemKind(body)) ??
      (status === 422 ? explain(entity, api, values, body, leaves) : undefined),
  });
  return document ? { ...values, ...valuesOf(entity, document) } : values;
}

/** Faults name entities by their place in a list that only the dispatcher has: it is asked for it. */
async function explain(
  entity: Entity,
  api: DispatcherApi,
  values: ObjectValue,
  body: unknown,
  leaves: boolean,
): Promise<Error> {
  const topology = await api.ask('/v1/topology');
  const listOf = (name: string): readonly unknown[] => {
    const list = isRecord(topology) ? topology[name] : undefined;
    return Array.isArray(list) ? list : [];
  };
  const list = listOf(entity.name);
  const index = list.findIndex((one) => isRecord(one) && one[entity.key] === idOf(entity, values));
  // One that is new stands at the end.
  const position = index < 0 ? list.length : index;
  const nameOf = ([name = 'topology', place, ...rest]: readonly (string | number)[]) => {
    const other = typeof name === 'string' && typeof place === 'number' ? listOf(name)[place] : undefined;
    const called = isRecord(other) ? (other.id ?? other.room) : undefined;
    const what = typeof called === 'string' ? `${name} ${quoted(called)}` : `${name}`;
    return rest.length > 0 ? `${what}, ${rest.join('.')}` : what;
  };
  if (leaves && faultsOf(body).length > 0) return stillNamed(entity, values, body, nameOf);
  return invalid(entity, body, [entity.name, position], nameOf);
}

/** What a valid topology lacks once something is removed is what others name. */
function stillNamed(
  entity: Entity,
  values: ObjectValue,
  body: unknown,
  nameOf: (path: readonly (string | number)[]) => string,
): Error {
  const named = faultsOf(body).map(({ path, message }) => `${nameOf(parsePath(path))}: ${message}`);
  return failure(
    `The ${entity.word} ${quoted(idOf(entity, values))} is still named elsewhere`,
    `${named.join('\n')}\nIf the same apply was to change that: Terraform removes first, and changes what depends on it ` +
      'afterwards. Change that in an apply of its own before. It need not be if the resource has lifecycle { ' +
      'create_before_destroy = true }, which counts for what was made or changed since.',
  );
}

export function idOf({ key }: Pick<Entity, 'key'>, values: ObjectValue): string {
  const id = values[key];
  return typeof id === 'string' ? id : '';
}

export function quoted(text: string): string {
  return JSON.stringify(text);
}
