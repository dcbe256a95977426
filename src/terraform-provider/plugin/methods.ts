/** The calls of protocol 6 (service tfplugin6.Provider), each with its messages. */
import { readDataSource, validateDataSource } from './data-source-calls.ts';
import { callFunction } from './function-calls.ts';
import type { MessageName } from './messages.ts';
import {
  configureProvider,
  functions,
  metadata,
  providerSchema,
  stopProvider,
  validateProvider,
} from './provider-calls.ts';
import {
  applyResource,
  importResource,
  moveState,
  planResource,
  readResource,
  upgradeState,
  validateResource,
} from './resource-calls.ts';
import type { Session } from './session.ts';

export type Message = Readonly<Record<string, unknown>>;

export interface Method {
  readonly request: MessageName;
  readonly response: MessageName;
  readonly handle: (message: Message) => Message | Promise<Message>;
}

/** Each by its name in the protocol; what is not here core is told to be unimplemented. */
export function methods<C>(session: Session<C>): Readonly<Record<string, Method>> {
  const method = (
    request: MessageName,
    response: MessageName,
    // What a message holds is said by its declaration and, once more, by the type of who handles it.
    handle: (session: Session<C>, request: never) => Message | Promise<Message>,
  ): Method => ({ request, response, handle: (message) => handle(session, message as never) });
  return {
    GetMetadata: method('Empty', 'GetMetadataResponse', metadata<C>),
    GetProviderSchema: method('Empty', 'GetProviderSchemaResponse', providerSchema<C>),
    ValidateProviderConfig: method(
      'ValidateProviderConfigRequest',
      'ValidateProviderConfigResponse',
      validateProvider<C>,
    ),
    ConfigureProvider: method('ConfigureProviderRequest', 'ConfigureProviderResponse', configureProvider<C>),
    ValidateResourceConfig: method('ValidateConfigRequest', 'ValidateConfigResponse', validateResource<C>),
    ValidateDataResourceConfig: method(
      'ValidateConfigRequest',
      'ValidateConfigResponse',
      validateDataSource<C>,
    ),
    UpgradeResourceState: method(
      'UpgradeResourceStateRequest',
      'UpgradeResourceStateResponse',
      upgradeState<C>,
    ),
    ReadResource: method('ReadResourceRequest', 'ReadResourceResponse', readResource<C>),
    PlanResourceChange: method('PlanResourceChangeRequest', 'PlanResourceChangeResponse', planResource<C>),
    ApplyResourceChange: method(
      'ApplyResourceChangeRequest',
      'ApplyResourceChangeResponse',
      applyResource<C>,
    ),
    ImportResourceState: method(
      'ImportResourceStateRequest',
      'ImportResourceStateResponse',
      importResource<C>,
    ),
    MoveResourceState: method('MoveResourceStateRequest', 'MoveResourceStateResponse', moveState<C>),
    ReadDataSource: method('ReadDataSourceRequest', 'ReadDataSourceResponse', readDataSource<C>),
    GetFunctions: method('Empty', 'GetFunctionsResponse', functions<C>),
    CallFunction: method('CallFunctionRequest', 'CallFunctionResponse', callFunction<C>),
    StopProvider: method('Empty', 'StopProviderResponse', stopProvider<C>),
  };
}
