/** What an operator reads about one target, as Markdown: `roomlb targets NAME`, and lb-config/targets/. */
import type { Capabilities, Guide, Target } from './target.ts';

const PARTS: readonly [keyof Guide, string][] = [
  ['load', 'Loading it'],
  ['drain', 'Draining'],
  ['rollback', 'Rolling back'],
  ['limits', 'Limits'],
  ['manual', 'Written from'],
];

/** The topology in lb-config/ that shows what the target does: of the usual one, balancers that only tunnel carry nothing. */
export function exampleOf({ capabilities }: Target): 'topology.yaml' | 'tunnel.yaml' {
  return capabilities.forwarding.join() === 'tunnel' ? 'tunnel.yaml' : 'topology.yaml';
}

export function targetDocument(target: Target): string {
  const { name, title, capabilities, guide } = target;
  const example = exampleOf(target);
  return [
    `# ${name}`,
    '',
    `${title}. \`roomlb render ${name} --out DIR\` writes its files;`,
    `[../generated/${name}/](../generated/${name}/) is what [${example}](../${example}) renders to.`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows(capabilities).map(([what, how]) => `| ${what} | ${how} |`),
    ...PARTS.flatMap(([part, heading]) => section(heading, guide[part])),
    '',
    'What of a topology it cannot carry is named when it is rendered, on standard error and in the file.',
    '',
  ].join('\n');
}

function rows(c: Capabilities): [string, string][] {
  return [
    ['UDP', c.udp],
    ['TCP', c.tcp],
    ['forwarding', c.forwarding.join(', ')],
    ['IPv6', c.ipv6 ? 'yes' : 'no'],
    ['node named by', c.naming.join(', ') || 'nothing'],
    ['health', c.health],
    ['draining', c.drain],
    ['versions', c.versions],
  ];
}

function section(heading: string, paragraphs: readonly string[]): string[] {
  return paragraphs.length === 0
    ? []
    : ['', `## ${heading}`, '', ...paragraphs.map((paragraph) => `- ${paragraph}`)];
}
