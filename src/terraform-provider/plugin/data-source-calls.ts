/** Calls about data sources. */
import { checkValues } from './check.ts';
import { failure } from './diagnostics.ts';
import { planState } from './plan.ts';
import type { TypeRequest } from './resource-calls.ts';
import { keepSpelling } from './same.ts';
import { Call, type Session, type WireValue } from './session.ts';
import { complete, withoutUnknown } from './tree.ts';
import { validated } from './validate-call.ts';
import type { ObjectValue } from './values.ts';

type ConfigRequest = TypeRequest & { readonly config: WireValue };

function sourceCall<C>(session: Session<C>, { type_name }: TypeRequest, doing: string) {
  const { name: prefix, dataSources } = session.provider;
  const source = dataSources.find(({ name }) => `${prefix}_${name}` === type_name);
  if (!source) throw new Error(`the provider ${prefix} has no data source ${type_name}`);
  return { source, call: new Call(session, source.schema, `${doing} data.${type_name}`) };
}

export async function validateDataSource<C>(session: Session<C>, request: ConfigRequest) {
  const { source, call } = sourceCall(session, request, 'validating');
  return validated(call, request.config, source.validate);
}

export async function readDataSource<C>(session: Session<C>, request: ConfigRequest) {
  const { source, call } = sourceCall(session, request, 'reading');
  const state = await call.attempt(async () => {
    const { attributes } = call.schema;
    const asked = call.decode(request.config) ?? {};
    call.tell(checkValues(attributes, asked));
    if (call.failed) return undefined;
    const { client } = session;
    if (client === null) {
      throw failure(
        'The provider is not configured',
        'Its configuration is not known yet, so that nothing can be read. Let it depend on nothing that is yet ' +
          'to be made, or let the data source depend on that as well (`depends_on`).',
      );
    }
    // What is left out has its default here as it has in a plan.
    const config = withoutUnknown(planState(call.schema, null, asked)) as ObjectValue;
    const found = complete(attributes, await source.read(config, client, call.context));
    return call.encode(call.known(keepSpelling(attributes, config, found)));
  });
  return { ...(state ? { state } : {}), diagnostics: call.diagnostics() };
}
