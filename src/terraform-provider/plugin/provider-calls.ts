/** Calls about the provider as a whole. */
import { checkValues, deprecations } from './check.ts';
import { sensitiveTexts } from './secrets.ts';
import { Call, type Session, type WireValue } from './session.ts';
import { wireFunction, wireSchema } from './wire-schema.ts';
import type { Provider } from './provider.ts';

// A destruction is planned too, so that a resource may refuse it; the schema need not be asked for again by each.
const CAPABILITIES = { plan_destroy: true, get_provider_schema_optional: true };

export interface ConfigRequest {
  readonly config: WireValue;
}

export function metadata<C>({ provider }: Session<C>) {
  const names = (all: readonly { readonly name: string }[], prefix: string) =>
    all.map(({ name }) => ({ type_name: `${prefix}${name}` }));
  return {
    server_capabilities: CAPABILITIES,
    resources: names(provider.resources, `${provider.name}_`),
    data_sources: names(provider.dataSources, `${provider.name}_`),
    functions: names(provider.functions, ''),
  };
}

export function providerSchema<C>({ provider }: Session<C>) {
  const schemas = (all: Provider<C>['resources'] | Provider<C>['dataSources']) =>
    Object.fromEntries(all.map(({ name, schema }) => [`${provider.name}_${name}`, wireSchema(schema)]));
  return {
    provider: wireSchema(provider.schema),
    resource_schemas: schemas(provider.resources),
    data_source_schemas: schemas(provider.dataSources),
    server_capabilities: CAPABILITIES,
    ...functions({ provider }),
  };
}

export function functions<C>({ provider }: Pick<Session<C>, 'provider'>) {
  return { functions: Object.fromEntries(provider.functions.map((one) => [one.name, wireFunction(one)])) };
}

export async function validateProvider<C>(session: Session<C>, { config }: ConfigRequest) {
  const call = new Call(session, session.provider.schema, 'reading its configuration');
  await call.attempt(() => {
    const value = call.decode(config);
    if (value === null) return;
    const { attributes } = call.schema;
    call.tell([...checkValues(attributes, value), ...deprecations(attributes, value)]);
  });
  return { diagnostics: call.diagnostics() };
}

export async function configureProvider<C>(session: Session<C>, { config }: ConfigRequest) {
  session.begin();
  const call = new Call(session, session.provider.schema, 'reading its configuration');
  await call.attempt(async () => {
    const value = call.decode(config) ?? {};
    session.secrets = sensitiveTexts(call.schema.attributes, value);
    call.tell(checkValues(call.schema.attributes, value));
    if (!call.failed) session.client = await session.provider.configure(value, call.context);
  });
  return { diagnostics: call.diagnostics() };
}

/** What only reads breaks off; what changes something goes on to its end, so that its outcome is known. */
export function stopProvider<C>(session: Session<C>) {
  session.stop();
  return {};
}
