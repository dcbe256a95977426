/**
 * What a provider is made of. The layer below (`serve`) does everything that is the same for all: protocol,
 * codec, the making of plans from schemas, checks of attributes; a resource only says what is its own.
 *
 * @typeParam C what `configure` makes of the provider's configuration: the client of an API
 */
import type { Diagnostic } from './diagnostics.ts';
import type { Schema } from './schema.ts';
import type { Type } from './types.ts';
import type { ObjectValue, Value } from './values.ts';

export interface Provider<C> {
  /** Such as `roomlb`; the names of resources begin with it. */
  readonly name: string;
  readonly version: string;
  /** Of the provider's own configuration. */
  readonly schema: Schema;
  /** The configuration may be unknown in part, in a plan; resources then get `null` in place of a client. */
  readonly configure: (config: ObjectValue, context: Context) => Promise<C | null>;
  readonly resources: readonly Resource<C>[];
  readonly dataSources: readonly DataSource<C>[];
  readonly functions: readonly ProviderFunction[];
}

export interface Context {
  /** Tells the user something beside the outcome. */
  readonly warn: (diagnostic: Omit<Diagnostic, 'severity'>) => void;
  /** Aborts when the user gives up (StopProvider). Only what changes nothing may go by it. */
  readonly stopped: AbortSignal;
}

/**
 * One kind of object. Values that come in have all attributes of the schema, null where there is nothing. All
 * throw DiagnosticError; anything else is told as a fault of the provider.
 */
export interface Resource<C> {
  /** Without the provider's name: `node`. */
  readonly name: string;
  readonly schema: Schema;
  /** Finds faults that no single attribute shows. Parts may be unknown. */
  readonly validate?: (config: ObjectValue) => readonly Diagnostic[];
  /**
   * Completes or refuses a plan that was made from the schema. May set what is computed, and name what makes the
   * object anew; may not change what the configuration sets. `prior` null: create; `planned` null: delete.
   * `client` null: not yet known.
   */
  readonly plan?: (plan: PlanInput<C>) => Promise<PlanOutput> | PlanOutput;
  /** @returns the whole new state, everything known */
  readonly create: (planned: ObjectValue, client: C, context: Context) => Promise<ObjectValue>;
  /** @returns null where the object is gone */
  readonly read: (state: ObjectValue, client: C, context: Context) => Promise<ObjectValue | null>;
  /**
   * Where it is left out, every attribute that can change has to have `replaces`. What was done before it failed
   * can be told by PartialError.
   */
  readonly update?: (
    prior: ObjectValue,
    planned: ObjectValue,
    client: C,
    context: Context,
  ) => Promise<ObjectValue>;
  readonly delete: (prior: ObjectValue, client: C, context: Context) => Promise<void>;
  /** @returns enough of a state for `read` to go by; attributes that are left out are null */
  readonly import?: (id: string, client: C, context: Context) => Promise<ObjectValue>;
  /** Parsed JSON of a state of an older version, to one of the next: `upgrades[n]` from n to n + 1. */
  readonly upgrades?: Readonly<
    Record<number, (old: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>>
  >;
}

export interface PlanInput<C> {
  readonly prior: ObjectValue | null;
  readonly config: ObjectValue | null;
  readonly planned: ObjectValue | null;
  readonly client: C | null;
  readonly context: Context;
}

export interface PlanOutput {
  readonly planned: ObjectValue | null;
  /** Names of top-level attributes whose change makes the object anew, beside those with `replaces`. */
  readonly replaces?: readonly string[];
}

/** The state to keep of a create or an update that failed half-way: nothing that was made is forgotten. */
export class PartialError extends Error {
  override readonly name = 'PartialError';
  readonly state: ObjectValue;

  constructor(state: ObjectValue, cause: unknown) {
    super('failed half-way', { cause });
    this.state = state;
  }
}

export interface DataSource<C> {
  readonly name: string;
  readonly schema: Schema;
  readonly validate?: (config: ObjectValue) => readonly Diagnostic[];
  /** @returns the configuration with all that is computed */
  readonly read: (config: ObjectValue, client: C, context: Context) => Promise<ObjectValue>;
}

/** A pure function: it has no client, since core calls it before a provider is configured, and may keep results. */
export interface ProviderFunction {
  readonly name: string;
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Type;
  /** @throws ArgumentError, or any Error about the whole call */
  readonly call: (args: readonly Value[]) => Value;
}

export interface Parameter {
  readonly name: string;
  readonly description: string;
  readonly type: Type;
  readonly nullable?: boolean;
}

export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  /** From 0. */
  readonly argument: number;

  constructor(argument: number, message: string) {
    super(message);
    this.argument = argument;
  }
}
