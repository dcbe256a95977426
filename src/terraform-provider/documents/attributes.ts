/** The part of a page that tells what attributes there are. */
import type { Attribute, Attributes } from '../plugin/schema.ts';
import { attributeTypeName } from './type-name.ts';

type Group = 'Required' | 'Optional' | 'Read-Only';

/** In the registry's order. */
const GROUPS: readonly Group[] = ['Required', 'Optional', 'Read-Only'];

const GROUP_OF: Readonly<Record<Attribute['presence'], Group>> = {
  required: 'Required',
  optional: 'Optional',
  'optional-computed': 'Optional',
  computed: 'Read-Only',
};

/** Markdown: attributes by group, each sorted by name, then those of each nested object in a section of its own. */
export function attributeSections(attributes: Attributes): string {
  return ['## Schema', ...sections(attributes, [])].join('\n\n');
}

function sections(attributes: Attributes, path: readonly string[]): string[] {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const level = path.length === 0 ? '###' : '####';
  const groups = GROUPS.flatMap((group) => {
    const lines = sorted
      .filter(([, { presence }]) => GROUP_OF[presence] === group)
      .map(([name, attribute]) => line([...path, name], attribute));
    return lines.length === 0 ? [] : [`${level} ${group}`, lines.join('\n')];
  });
  const nested = sorted.flatMap(([name, attribute]) => {
    if (!attribute.nested) return [];
    const inner = [...path, name];
    return [
      `<a id="${anchor(inner)}"></a>\n\n### Nested Schema for \`${inner.join('.')}\``,
      ...sections(attribute.nested.attributes, inner),
    ];
  });
  return [...groups, ...nested];
}

function line(path: readonly string[], attribute: Attribute): string {
  const { deprecated, description, nested, sensitive, replaces, example } = attribute;
  const traits = [
    attributeTypeName(attribute),
    ...(sensitive ? ['Sensitive'] : []),
    ...(deprecated === undefined ? [] : ['Deprecated']),
  ];
  const sentences = [
    ...(deprecated === undefined ? [] : [`**Deprecated:** ${deprecated}`]),
    description,
    ...defaultText(attribute),
    ...(replaces ? ['A change makes the object anew.'] : []),
    ...(example === undefined ? [] : [`For example \`${example}\`.`]),
    ...(nested ? [`See [its attributes](#${anchor(path)}).`] : []),
  ];
  // A description with paragraphs of its own would end the list.
  const text = sentences.join(' ').replace(/\s*\n\s*/g, ' ');
  return `- \`${path.at(-1) ?? ''}\` (${traits.join(', ')}) ${text}`;
}

function defaultText({ default: value }: Attribute): string[] {
  if (value === undefined || value === null) return [];
  return [`Default: \`${JSON.stringify(value)}\`.`];
}

function anchor(path: readonly string[]): string {
  return `nestedatt--${path.join('--')}`;
}
