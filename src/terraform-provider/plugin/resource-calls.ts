/** Calls about resources: what core asks of them from `validate` to `destroy`. */
import { checkValues } from './check.ts';
import { failure, pathText, type AttributePath } from './diagnostics.ts';
import { parseState, valueFromJson } from './json-state.ts';
import { againstConfig, againstPlan, planState, replacements } from './plan.ts';
import { PartialError, type Resource } from './provider.ts';
import { keepSpelling } from './same.ts';
import { Call, type Session, type WireValue } from './session.ts';
import { complete } from './tree.ts';
import { objectType } from './type-of.ts';
import { validated } from './validate-call.ts';
import { isObject, type ObjectValue } from './values.ts';
import { wirePath } from './wire-diagnostics.ts';

export interface TypeRequest {
  readonly type_name: string;
}

function resourceCall<C>(session: Session<C>, { type_name }: TypeRequest, doing: string) {
  const { name: prefix, resources } = session.provider;
  const resource = resources.find(({ name }) => `${prefix}_${name}` === type_name);
  if (!resource) throw new Error(`the provider ${prefix} has no resource ${type_name}`);
  return { resource, call: new Call(session, resource.schema, `${doing} ${type_name}`) };
}

export async function validateResource<C>(
  session: Session<C>,
  request: TypeRequest & { readonly config: WireValue },
) {
  const { resource, call } = resourceCall(session, request, 'validating');
  return validated(call, request.config, resource.validate);
}

export async function upgradeState<C>(
  session: Session<C>,
  request: TypeRequest & {
    readonly version: number;
    readonly raw_state: { readonly json: Uint8Array } | null;
  },
) {
  const { resource, call } = resourceCall(session, request, 'upgrading the state of');
  const upgraded = await call.attempt(() => {
    const json = request.raw_state?.json ?? new Uint8Array();
    if (json.length === 0) {
      throw failure(
        'A state from before Terraform 0.12',
        `The state of ${request.type_name} has a form that this provider never wrote. Remove it ` +
          '(`terraform state rm`) and import the object.',
      );
    }
    const state = runUpgrades(resource, request, parseState(Buffer.from(json).toString('utf8')));
    const value = valueFromJson(state, objectType(call.schema.attributes));
    return call.encode(isObject(value) ? value : null);
  });
  return { ...(upgraded ? { upgraded_state: upgraded } : {}), diagnostics: call.diagnostics() };
}

function runUpgrades<C>(
  { schema, upgrades = {} }: Resource<C>,
  { version, type_name }: TypeRequest & { readonly version: number },
  state: unknown,
): unknown {
  if (version > schema.version) {
    throw failure(
      'The state is from a newer provider',
      `The state of ${type_name} has version ${version}, and this provider knows no later one than ` +
        `${schema.version}. Use the version of the provider that wrote it, or a later one.`,
    );
  }
  let current = state as Readonly<Record<string, unknown>>;
  for (let from = version; from < schema.version; from += 1) {
    const upgrade = upgrades[from];
    if (!upgrade) throw new Error(`no upgrade of a state of version ${from}`);
    current = upgrade(current);
  }
  return current;
}

export async function readResource<C>(
  session: Session<C>,
  request: TypeRequest & { readonly current_state: WireValue; readonly private: Uint8Array },
) {
  const { resource, call } = resourceCall(session, request, 'reading');
  const state = await call.attempt(async () => {
    const before = call.decode(request.current_state);
    const { client } = session;
    // Without a client nothing can be looked at yet: then what was known last still holds.
    if (before === null || client === null) return { wire: request.current_state };
    const found = await resource.read(before, client, call.context);
    if (found === null) return { wire: call.encode(null) };
    const { attributes } = call.schema;
    return { wire: call.encode(call.known(keepSpelling(attributes, before, complete(attributes, found)))) };
  });
  return {
    ...(state ? { new_state: state.wire } : {}),
    private: request.private,
    diagnostics: call.diagnostics(),
  };
}

export async function planResource<C>(
  session: Session<C>,
  request: TypeRequest & {
    readonly prior_state: WireValue;
    readonly config: WireValue;
    readonly prior_private: Uint8Array;
  },
) {
  const { resource, call } = resourceCall(session, request, 'planning');
  const plan = await call.attempt(async () => {
    const [prior, config] = [call.decode(request.prior_state), call.decode(request.config)];
    const { planned, replaces } = await planOf(resource, call, prior, config);
    return { wire: call.encode(planned), replaces };
  });
  const type = objectType(call.schema.attributes);
  return {
    ...(plan ? { planned_state: plan.wire } : {}),
    requires_replace: plan?.replaces.map((path) => wirePath(path, type)) ?? [],
    planned_private: request.prior_private,
    diagnostics: call.diagnostics(),
  };
}

async function planOf<C>(
  resource: Resource<C>,
  call: Call<C>,
  prior: ObjectValue | null,
  config: ObjectValue | null,
): Promise<{ planned: ObjectValue | null; replaces: readonly AttributePath[] }> {
  const { attributes } = call.schema;
  if (config !== null) call.tell(checkValues(attributes, config));
  const fromSchema = config && planState(call.schema, prior, config);
  if (call.failed) return { planned: fromSchema, replaces: [] };
  const { client } = call.session;
  const output = await resource.plan?.({ prior, config, planned: fromSchema, client, context: call.context });
  if (config === null) return { planned: null, replaces: [] };
  const planned = output?.planned ? complete(attributes, output.planned) : fromSchema;
  if (planned === null) throw new Error('planned nothing where the configuration asks for an object');
  for (const path of againstConfig(attributes, prior, config, planned)) {
    throw new Error(`planned ${pathText(path)} neither as the configuration has it nor as it was`);
  }
  const named = (output?.replaces ?? []).map((name) => [name]);
  return {
    planned,
    replaces: prior === null ? [] : [...replacements(attributes, prior, planned, config), ...named],
  };
}

export async function applyResource<C>(
  session: Session<C>,
  request: TypeRequest & {
    readonly prior_state: WireValue;
    readonly planned_state: WireValue;
    readonly planned_private: Uint8Array;
  },
) {
  const { call, resource } = resourceCall(session, request, 'applying');
  const prior = await call.attempt(() => ({ state: call.decode(request.prior_state) }));
  const planned = await call.attempt(() => ({ state: call.decode(request.planned_state) }));
  if (!prior || !planned) return { new_state: request.prior_state, diagnostics: call.diagnostics() };
  const state = await applyChange(resource, call, prior.state, planned.state);
  const wire = await call.attempt(() => call.encode(state));
  return {
    // Where the outcome cannot even be written down, core keeps what was there before.
    new_state: wire ?? request.prior_state,
    private: request.planned_private,
    diagnostics: call.diagnostics(),
  };
}

/** @returns the state to keep, whether it went well or not */
async function applyChange<C>(
  resource: Resource<C>,
  call: Call<C>,
  prior: ObjectValue | null,
  planned: ObjectValue | null,
): Promise<ObjectValue | null> {
  const { attributes } = call.schema;
  try {
    const found = await change(resource, call, prior, planned);
    if (found === null || planned === null) return null;
    const state = keepSpelling(attributes, planned, complete(attributes, found));
    tellContradictions(call, planned, state);
    return call.known(state);
  } catch (error) {
    call.explain(error);
    if (!(error instanceof PartialError)) return prior;
    return call.known(keepSpelling(attributes, planned ?? {}, complete(attributes, error.state)));
  }
}

async function change<C>(
  resource: Resource<C>,
  { session: { client }, context }: Call<C>,
  prior: ObjectValue | null,
  planned: ObjectValue | null,
): Promise<ObjectValue | null> {
  if (client === null) {
    throw failure(
      'The provider is not configured',
      'Its configuration was not known when this was to be applied.',
    );
  }
  if (prior === null) return planned && resource.create(planned, client, context);
  if (planned === null) {
    await resource.delete(prior, client, context);
    return null;
  }
  if (!resource.update) throw new Error('the resource cannot be updated, and its schema says that it can');
  return resource.update(prior, planned, client, context);
}

/** Core would tell it as a bug, without saying what to do. */
function tellContradictions<C>(call: Call<C>, planned: ObjectValue, state: ObjectValue) {
  call.tell(
    againstPlan(call.schema.attributes, planned, state).map((path) => ({
      severity: 'error',
      summary: 'Not what was planned',
      detail:
        `After the apply ${pathText(path)} is not what the plan had. Either something else changed it at the ` +
        'same time, or it is a fault of the provider. What there is now is in the state: plan again to see it.',
      path,
    })),
  );
}

export async function importResource<C>(session: Session<C>, request: TypeRequest & { readonly id: string }) {
  const { resource, call } = resourceCall(session, request, 'importing');
  const state = await call.attempt(async () => {
    if (!resource.import) {
      throw failure('This cannot be imported', `${request.type_name} has nothing that an import could find.`);
    }
    const { client } = session;
    if (client === null) {
      throw failure(
        'The provider is not configured',
        'For an import its configuration has to be known: it may not come from resources that are yet to be made.',
      );
    }
    return call.encode(call.known(await resource.import(request.id, client, call.context)));
  });
  return {
    imported_resources: state ? [{ type_name: request.type_name, state }] : [],
    diagnostics: call.diagnostics(),
  };
}

/** From another type of resource, by a `moved` block. */
export async function moveState<C>(
  session: Session<C>,
  request: { readonly source_type_name: string; readonly target_type_name: string },
) {
  const { source_type_name: source, target_type_name: target } = request;
  const { call } = resourceCall(session, { type_name: target }, 'moving');
  await call.attempt(() => {
    throw failure(
      'A resource cannot become one of another type',
      `Nothing is known of ${source} that would make a state of ${target}. Remove the old one from the state ` +
        `(a \`removed\` block), and import the object as ${target}.`,
    );
  });
  return { diagnostics: call.diagnostics() };
}
