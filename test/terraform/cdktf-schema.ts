/**
 * The schema of a Terraform resource, recovered from the TypeScript that CDK for Terraform generated from it: which
 * arguments there are, of what type, which have to be there, which the provider computes. It is what the generated
 * code knows, which is less than the provider does: no checks of values, no limits of how many blocks but "one" and
 * "at least one", nothing write-only. So whatever passes here is of the right shape, and no more than that.
 */
import type { Type } from '../../src/terraform-provider/plugin/types.ts';

export interface Block {
  readonly attributes: Readonly<Record<string, BlockAttribute>>;
  readonly blocks: Readonly<Record<string, NestedBlock>>;
}

export interface BlockAttribute {
  readonly type: Type;
  readonly presence: Presence;
}

export interface NestedBlock {
  readonly nesting: 'single' | 'list' | 'set';
  readonly required: boolean;
  /** At most one; else any number. */
  readonly one: boolean;
  readonly block: Block;
}

interface Presence {
  readonly computed: boolean;
  readonly optional: boolean;
  readonly required: boolean;
}

export interface RecoveredSchema {
  readonly kind: 'resource' | 'data' | 'provider';
  /** Such as `aws_lb`; of a provider, its name. */
  readonly type: string;
  readonly block: Block;
}

/** Generated JavaScript carries the TypeScript it was compiled from in its source map. */
export function sourceOf(javascript: string): string {
  const encoded = /sourceMappingURL=data:application\/json;base64,([\w+/=]+)/.exec(javascript)?.[1];
  if (encoded === undefined) throw new Error('has no source map');
  const map = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { sourcesContent?: string[] };
  const source = map.sourcesContent?.[0];
  if (source === undefined) throw new Error('its source map has no source');
  return source;
}

/** @throws Error where the text is not what the generator writes */
export function recoverSchema(source: string): RecoveredSchema {
  const classes = classesOf(source);
  const main = [...classes.values()].find(({ base }) => base in KINDS);
  if (!main) throw new Error('has no resource, data source or provider');
  const type = /terraformResourceType: '(\w+)'/.exec(main.body)?.[1];
  const kind = KINDS[main.base];
  if (type === undefined || kind === undefined) throw new Error(`class ${main.name} has no type`);
  const settable = /synthesizeHclAttributes\(\)[^]*?\n {2}\}\n/.exec(main.body)?.[0] ?? '';
  return { kind, type, block: blockOf(main, settable, { source, classes }) };
}

const KINDS: Readonly<Record<string, RecoveredSchema['kind']>> = {
  TerraformResource: 'resource',
  TerraformDataSource: 'data',
  TerraformProvider: 'provider',
};

interface Class {
  readonly name: string;
  readonly base: string;
  readonly body: string;
}

interface Generated {
  readonly source: string;
  readonly classes: ReadonlyMap<string, Class>;
}

function classesOf(source: string): Map<string, Class> {
  const found = source.matchAll(/^export class (\w+) extends cdktf\.(\w+) \{\n([^]*?)^\}/gm);
  return new Map([...found].map(([, name = '', base = '', body = '']) => [name, { name, base, body }]));
}

/** @param settable the code that lists what a configuration may set, with types */
function blockOf(of: Class, settable: string, generated: Generated): Block {
  const presences = presencesOf(of);
  const attributes: Record<string, BlockAttribute> = {};
  const blocks: Record<string, NestedBlock> = {};
  for (const entry of settable.matchAll(ENTRY)) {
    const [, name = '', value = '', isBlock, type = '', storage = ''] = entry;
    // Blocks of a provider, and a few that hold themselves, have no class that says more.
    const presence = presences.get(name)?.is ?? (of.body === '' ? OPTIONAL : undefined);
    if (!presence) throw new Error(`${of.name}: nothing says whether ${name} is required`);
    presences.delete(name);
    if (isBlock === 'false') {
      attributes[name] = { type: plainType(type, storage), presence };
      continue;
    }
    const element = /(\w+)ToHclTerraform\b/.exec(value.replaceAll(/cdktf\.\w+/g, ''))?.[1];
    if (element === undefined) throw new Error(`${of.name}: block ${name} has no type`);
    const block = nestedBlock(element, generated);
    // The generator tells a list of objects, which is an attribute, from a block by this argument.
    if (value.includes('listMapper') && value.includes(', false)(')) {
      attributes[name] = { type: [type === 'set' ? 'set' : 'list', objectType(block)], presence };
    } else {
      blocks[name] = {
        nesting: type === 'struct' ? 'single' : type === 'set' ? 'set' : 'list',
        required: presence.required,
        one: !value.includes('listMapper'),
        block,
      };
    }
  }
  // What is left is computed, and no configuration can set it.
  for (const [name, { is, getter }] of presences) {
    attributes[name] = { type: computedType(of, name, getter, generated), presence: is };
  }
  return { attributes, blocks };
}

const OPTIONAL: Presence = { computed: false, optional: true, required: false };

const ENTRY =
  /^ +(\w+): \{\n +value: (.*),\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",\n/gm;

function nestedBlock(element: string, generated: Generated): Block {
  const name = `${element.charAt(0).toUpperCase()}${element.slice(1)}`;
  const of = generated.classes.get(`${name}OutputReference`);
  const settable = new RegExp(`^export function ${element}ToHclTerraform\\([^]*?^\\}`, 'm').exec(
    generated.source,
  )?.[0];
  if (settable === undefined) throw new Error(`there is no block ${name}`);
  return blockOf(of ?? { name, base: '', body: '' }, settable, generated);
}

interface PresenceFound {
  readonly is: Presence;
  readonly getter: string;
}

function presencesOf({ body }: Class): Map<string, PresenceFound> {
  const found = body.matchAll(
    /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n((?: {2}private [^\n]*\n)?) {2}public get \w+\(\) \{\n([^]*?)\n {2}\}/gm,
  );
  return new Map(
    [...found].map(([, name = '', computed, optional, required, field = '', getter = '']) => [
      name,
      {
        is: { computed: computed === 'true', optional: optional === 'true', required: required === 'true' },
        getter: `${field}${getter}`,
      },
    ]),
  );
}

const SIMPLE: Readonly<Record<string, Type>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  any: 'dynamic',
};

/** From pairs such as `set`, `stringList`, of which the first is exact for what is outermost. */
function plainType(type: string, storage: string): Type {
  const [, inner = '', outer] = /^(\w+?)(List|Map|Set)?$/.exec(storage) ?? [];
  if (outer === undefined) {
    const simple = SIMPLE[inner];
    if (simple === undefined) throw new Error(`type ${type} of ${storage} is not known`);
    return simple;
  }
  return [type === 'set' ? 'set' : outer === 'Map' ? 'map' : 'list', plainType('', inner)];
}

/** From the getter, such as `return this.getStringAttribute('arn');`. */
function computedType(of: Class, name: string, getter: string, generated: Generated): Type {
  const simple = /this\.get(String|Number|Boolean|Any)(Map)?Attribute/.exec(getter);
  if (simple) {
    const element = SIMPLE[simple[1]?.toLowerCase() ?? ''] ?? 'dynamic';
    return simple[2] === undefined ? element : ['map', element];
  }
  const wrapped = /new cdktf\.(String|Number|Boolean|Any)(Map|List)\(/.exec(getter);
  if (wrapped) return plainType('', `${wrapped[1]?.toLowerCase()}${wrapped[2]}`);
  const list = /this\.get(Number)?ListAttribute/.exec(getter);
  if (list) return [getter.includes('tolist') ? 'set' : 'list', list[1] === undefined ? 'string' : 'number'];
  const objects = /new (\w+?)(List|Map|OutputReference)\(this, "\w+"(?:, (true|false))?\)/.exec(getter);
  const element = generated.classes.get(`${objects?.[1]}OutputReference`);
  if (!objects || !element) throw new Error(`${of.name}: the type of ${name} is not known`);
  const object = objectType(blockOf(element, '', generated));
  if (objects[2] === 'OutputReference') return object;
  return [objects[2] === 'Map' ? 'map' : objects[3] === 'true' ? 'set' : 'list', object];
}

function objectType({ attributes, blocks }: Block): Type {
  return [
    'object',
    Object.fromEntries([
      ...Object.entries(attributes).map(([name, { type }]) => [name, type] as const),
      ...Object.entries(blocks).map(([name, { nesting, block }]): [string, Type] => [
        name,
        nesting === 'single' ? objectType(block) : [nesting, objectType(block)],
      ]),
    ]),
  ];
}
