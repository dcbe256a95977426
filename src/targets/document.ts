/** What an operator reads about one target, as Markdown: `roomlb targets NAME`, and lb-config/targets/. */
import { CAPABILITY_COLUMNS, capabilityCells } from './capability-cells.ts';
import type { Guide, Target } from './target.ts';

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
  const { name, title, guide } = target;
  const example = exampleOf(target);
  return [
    `# ${name}`,
    '',
    `${title}. \`roomlb render ${name} --out DIR\` writes its files;`,
    `[../generated/${name}/](../generated/${name}/) is what [${example}](../${example}) renders to.`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows(target).map(([what, how]) => `| ${what} | ${how} |`),
    ...PARTS.flatMap(([part, heading]) => section(heading, guide[part])),
    '',
    'What of a topology it cannot carry is named when it is rendered, on standard error and in the file.',
    '',
  ].join('\n');
}

function rows(target: Target): [string, string][] {
  const cells = capabilityCells(target, ', ');
  return [
    ...CAPABILITY_COLUMNS.map((what, i): [string, string] => [what, cells[i] ?? '']),
    ...doneWith(target),
  ];
}

const AS_FILE = 'as a file: a balancer of `target: file` writes it, and runs a command';

/** What RoomLB does with such an engine or device beside writing for it. */
function doneWith({ name, kind, changes, readBack, driver }: Target): [string, string][] {
  return [
    ['changed', changes ? `by commands: \`roomlb render ${name} --from OLD\`` : 'by a new file'],
    [
      'read back',
      readBack
        ? `\`roomlb import ${name} FILE\`, \`roomlb diff TOPOLOGY --target ${name} --running FILE\``
        : 'no',
    ],
    ['driven', driver ? '`roomlb plan`, `apply`, `verify`, `sync`' : kind === 'node' ? 'no' : AS_FILE],
  ];
}

function section(heading: string, paragraphs: readonly string[]): string[] {
  return paragraphs.length === 0
    ? []
    : ['', `## ${heading}`, '', ...paragraphs.map((paragraph) => `- ${paragraph}`)];
}
