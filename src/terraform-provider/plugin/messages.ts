/**
 * The messages of protocol 6 (package tfplugin6) as far as they are used here: for each field its number and type
 * on the wire. Protocol buffers pass over fields that a reader does not know, so later minor versions of the
 * protocol do no harm.
 */
import protobuf from 'protobufjs/light.js';

/** A number and a type, or a number, `repeated` or `map` (from strings), and the type of what there are several of. */
type FieldFact = readonly [number, string] | readonly [number, 'repeated' | 'map', string];

const MESSAGES = {
  DynamicValue: { msgpack: [1, 'bytes'], json: [2, 'bytes'] },
  Diagnostic: {
    severity: [1, 'int32'],
    summary: [2, 'string'],
    detail: [3, 'string'],
    attribute: [4, 'AttributePath'],
  },
  AttributePath: { steps: [1, 'repeated', 'Step'] },
  Step: {
    attribute_name: [1, 'string'],
    element_key_string: [2, 'string'],
    element_key_int: [3, 'int64'],
  },
  FunctionError: { text: [1, 'string'], function_argument: [2, 'int64'] },
  RawState: { json: [1, 'bytes'], flatmap: [2, 'map', 'string'] },
  Schema: { version: [1, 'int64'], block: [2, 'Block'] },
  Block: {
    version: [1, 'int64'],
    attributes: [2, 'repeated', 'SchemaAttribute'],
    description: [4, 'string'],
    description_kind: [5, 'int32'],
    deprecated: [6, 'bool'],
  },
  SchemaAttribute: {
    name: [1, 'string'],
    type: [2, 'bytes'],
    description: [3, 'string'],
    required: [4, 'bool'],
    optional: [5, 'bool'],
    computed: [6, 'bool'],
    sensitive: [7, 'bool'],
    description_kind: [8, 'int32'],
    deprecated: [9, 'bool'],
    nested_type: [10, 'NestedType'],
  },
  NestedType: { attributes: [1, 'repeated', 'SchemaAttribute'], nesting: [3, 'int32'] },
  Function: {
    parameters: [1, 'repeated', 'Parameter'],
    return: [3, 'Return'],
    summary: [4, 'string'],
    description: [5, 'string'],
    description_kind: [6, 'int32'],
  },
  Parameter: {
    name: [1, 'string'],
    type: [2, 'bytes'],
    allow_null_value: [3, 'bool'],
    allow_unknown_values: [4, 'bool'],
    description: [5, 'string'],
    description_kind: [6, 'int32'],
  },
  Return: { type: [1, 'bytes'] },
  Capabilities: { plan_destroy: [1, 'bool'], get_provider_schema_optional: [2, 'bool'] },
  Named: { type_name: [1, 'string'] },
  ImportedResource: { type_name: [1, 'string'], state: [2, 'DynamicValue'], private: [3, 'bytes'] },
  Empty: {},

  GetMetadataResponse: {
    server_capabilities: [1, 'Capabilities'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
    data_sources: [3, 'repeated', 'Named'],
    resources: [4, 'repeated', 'Named'],
    functions: [5, 'repeated', 'Named'],
  },
  GetProviderSchemaResponse: {
    provider: [1, 'Schema'],
    resource_schemas: [2, 'map', 'Schema'],
    data_source_schemas: [3, 'map', 'Schema'],
    diagnostics: [4, 'repeated', 'Diagnostic'],
    server_capabilities: [6, 'Capabilities'],
    functions: [7, 'map', 'Function'],
  },
  ValidateProviderConfigRequest: { config: [1, 'DynamicValue'] },
  ValidateProviderConfigResponse: { diagnostics: [2, 'repeated', 'Diagnostic'] },
  ConfigureProviderRequest: { terraform_version: [1, 'string'], config: [2, 'DynamicValue'] },
  ConfigureProviderResponse: { diagnostics: [1, 'repeated', 'Diagnostic'] },
  ValidateConfigRequest: { type_name: [1, 'string'], config: [2, 'DynamicValue'] },
  ValidateConfigResponse: { diagnostics: [1, 'repeated', 'Diagnostic'] },
  UpgradeResourceStateRequest: {
    type_name: [1, 'string'],
    version: [2, 'int64'],
    raw_state: [3, 'RawState'],
  },
  UpgradeResourceStateResponse: {
    upgraded_state: [1, 'DynamicValue'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
  },
  ReadResourceRequest: {
    type_name: [1, 'string'],
    current_state: [2, 'DynamicValue'],
    private: [3, 'bytes'],
  },
  ReadResourceResponse: {
    new_state: [1, 'DynamicValue'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
    private: [3, 'bytes'],
  },
  PlanResourceChangeRequest: {
    type_name: [1, 'string'],
    prior_state: [2, 'DynamicValue'],
    proposed_new_state: [3, 'DynamicValue'],
    config: [4, 'DynamicValue'],
    prior_private: [5, 'bytes'],
  },
  PlanResourceChangeResponse: {
    planned_state: [1, 'DynamicValue'],
    requires_replace: [2, 'repeated', 'AttributePath'],
    planned_private: [3, 'bytes'],
    diagnostics: [4, 'repeated', 'Diagnostic'],
  },
  ApplyResourceChangeRequest: {
    type_name: [1, 'string'],
    prior_state: [2, 'DynamicValue'],
    planned_state: [3, 'DynamicValue'],
    config: [4, 'DynamicValue'],
    planned_private: [5, 'bytes'],
  },
  ApplyResourceChangeResponse: {
    new_state: [1, 'DynamicValue'],
    private: [2, 'bytes'],
    diagnostics: [3, 'repeated', 'Diagnostic'],
  },
  ImportResourceStateRequest: { type_name: [1, 'string'], id: [2, 'string'] },
  ImportResourceStateResponse: {
    imported_resources: [1, 'repeated', 'ImportedResource'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
  },
  MoveResourceStateRequest: {
    source_provider_address: [1, 'string'],
    source_type_name: [2, 'string'],
    target_type_name: [5, 'string'],
  },
  MoveResourceStateResponse: {
    target_state: [1, 'DynamicValue'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
  },
  ReadDataSourceRequest: { type_name: [1, 'string'], config: [2, 'DynamicValue'] },
  ReadDataSourceResponse: { state: [1, 'DynamicValue'], diagnostics: [2, 'repeated', 'Diagnostic'] },
  GetFunctionsResponse: {
    functions: [1, 'map', 'Function'],
    diagnostics: [2, 'repeated', 'Diagnostic'],
  },
  CallFunctionRequest: { name: [1, 'string'], arguments: [2, 'repeated', 'DynamicValue'] },
  CallFunctionResponse: { result: [1, 'DynamicValue'], error: [2, 'FunctionError'] },
  StopProviderResponse: { Error: [1, 'string'] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldFact>>>>;

export type MessageName = keyof typeof MESSAGES;

const namespace = new protobuf.Root();
for (const [name, fields] of Object.entries<Readonly<Record<string, FieldFact>>>(MESSAGES)) {
  const type = new protobuf.Type(name);
  for (const [field, fact] of Object.entries(fields)) type.add(fieldOf(field, fact));
  namespace.add(type);
}

function fieldOf(name: string, fact: FieldFact): protobuf.Field | protobuf.MapField {
  if (fact.length === 2) return new protobuf.Field(name, fact[0], fact[1]);
  const [number, rule, type] = fact;
  return rule === 'map'
    ? new protobuf.MapField(name, number, 'string', type)
    : new protobuf.Field(name, number, type, 'repeated');
}

export function encodeMessage(name: MessageName, message: Readonly<Record<string, unknown>>): Buffer {
  const type = namespace.lookupType(name);
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

/** Fields that were not sent have the defaults of proto3: empty, 0, false; a message that was not sent is null. */
export function decodeMessage(name: MessageName, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const type = namespace.lookupType(name);
  return type.toObject(type.decode(bytes), { defaults: true, arrays: true, objects: true, longs: Number });
}
