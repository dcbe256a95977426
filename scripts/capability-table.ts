import { capabilityCells } from '../src/targets/capability-cells.ts';
import type { Target } from '../src/targets/target.ts';

const BEGIN = '<!-- capabilities:begin -->';
const END = '<!-- capabilities:end -->';

/** The README with its table of targets made anew. */
export function withCapabilities(readme: string, targets: readonly Target[]): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md lacks ${BEGIN} or ${END}`);
  return `${before}${BEGIN}\n\n${table(targets)}\n${END}${after}`;
}

function table(targets: readonly Target[]): string {
  const head = [
    'target',
    'UDP',
    'TCP',
    'forwarding',
    'IPv6',
    'node named by',
    'health',
    'draining',
    'versions',
  ];
  const rows = targets.map((target) => [`\`${target.name}\``, ...capabilityCells(target, ', ')]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
