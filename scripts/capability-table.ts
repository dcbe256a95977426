import { CAPABILITY_COLUMNS, capabilityCells } from '../src/targets/capability-cells.ts';
import { TARGET_KINDS, type Target, type TargetKind } from '../src/targets/target.ts';

const BEGIN = '<!-- capabilities:begin -->';
const END = '<!-- capabilities:end -->';

const HEADINGS: Readonly<Record<TargetKind, string>> = {
  linux: 'Engines of Linux hosts, each rendering checked by the engine itself and proven by packets:',
  software:
    'Linux and software balancers, written from their documents and sources and checked by models and grammars of our own; none was run here:',
  device:
    'Switches and appliances, written from their manuals and checked by grammars of our own; none was loaded on hardware here:',
  route:
    'What tells routers the way to a VIP with a `route:`, and withdraws it below its watermark; these carry no packets themselves:',
  node: 'What nodes need for the forwarding modes that bypass the balancer:',
};

/** The README with its tables of targets made anew. */
export function withCapabilities(readme: string, targets: readonly Target[]): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md lacks ${BEGIN} or ${END}`);
  const tables = TARGET_KINDS.map(
    (kind) => `${HEADINGS[kind]}\n\n${table(targets.filter((target) => target.kind === kind))}\n`,
  );
  return `${before}${BEGIN}\n\n${tables.join('')}${END}${after}`;
}

function table(targets: readonly Target[]): string {
  const head = ['target', ...CAPABILITY_COLUMNS];
  const rows = targets.map((target) => [
    `[\`${target.name}\`](lb-config/targets/${target.name}.md)`,
    ...capabilityCells(target, ', '),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
