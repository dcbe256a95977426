/** Cisco IOS with SLB, as its Command Reference tells. */
import { indentedModel, type Section } from './indented.ts';
import type { Modelled } from './model.ts';

const HEADS = ['ip slb probe', 'interface', 'ip slb serverfarm', 'ip slb vserver'];

export const ciscoIosSlb: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    let farm = '';
    for (const line of shown) {
      if (!line.startsWith(' ')) farm = line.startsWith('ip slb serverfarm ') ? line : '';
      else if (farm !== '') counts.set(farm, (counts.get(farm) ?? 0) + (line === '  inservice' ? 1 : 0));
    }
    return counts;
  },
  start: () =>
    indentedModel({
      indent: 1,
      opens: { '': HEADS, 'ip slb serverfarm': ['real'] },
      single: [
        ...['port', 'interval', 'timeout', 'faildetect', 'request method', 'expect', 'predictor'],
        ...['nat server', 'nat client', 'weight', 'inservice', 'virtual', 'serverfarm', 'sticky', 'idle'],
        ...Array.from({ length: 256 }, (_, group) =>
          ['name', 'priority', 'timers'].map((word) => `standby ${group} ${word}`),
        ).flat(),
      ],
      defaults: { 'no inservice': 'inservice' },
      nameOf: (head) => /^ip slb probe \S+/.exec(head)?.[0] ?? head,
      always: (head) => head.startsWith('interface '),
      refuses,
    }),
  foreign: [
    'ip slb probe WEB http',
    ' port 80',
    'ip slb serverfarm WEB',
    ' nat server',
    ' probe WEB',
    ' real 10.9.0.1 80',
    '  inservice',
    'ip slb vserver WEB',
    ' virtual 198.51.100.1 tcp 80',
    ' serverfarm WEB',
    ' inservice',
    'interface Vlan10',
    ' description users',
    ' standby 200 name USERS',
  ],
};

function refuses(line: string, path: readonly Section[], root: Section): string | undefined {
  const of = (start: string) => [...root.sections.values()].filter(({ head }) => head.startsWith(start));
  const here = path.at(-1)!;
  const [, farm] = /^no (ip slb serverfarm \S+)$/.exec(line) ?? [];
  if (farm !== undefined) {
    const name = farm.split(' ')[3]!;
    if (of('ip slb vserver').some(({ lines }) => lines.has(`serverfarm ${name}`))) return 'in use';
  }
  const [, probe] = /^no (ip slb probe \S+)$/.exec(line) ?? [];
  if (probe !== undefined) {
    const name = probe.split(' ')[3]!;
    if (of('ip slb serverfarm').some(({ lines }) => lines.has(`probe ${name}`))) return 'in use';
  }
  if (line.startsWith('virtual ')) {
    if (here.lines.has('inservice')) return 'the virtual server is in service';
    if (of('ip slb vserver').some((other) => other !== here && other.lines.has(line))) return 'taken';
  }
  if (line.startsWith('serverfarm ') || line.startsWith('probe ')) {
    const kind = line.startsWith('probe') ? 'ip slb probe' : 'ip slb serverfarm';
    const name = `${kind} ${line.split(' ')[1]!}`;
    if (!root.sections.has(name)) return 'there is no such thing';
    if (line.startsWith('serverfarm ') && [...here.lines].some((l) => l.startsWith('inservice')))
      return 'the virtual server is in service';
  }
  if (/^standby \d+ name /.test(line)) {
    const name = line.split(' ')[3]!;
    const taken = of('interface').some((other) =>
      [...other.lines].some((l) => l.startsWith('standby ') && l.endsWith(` name ${name}`) && l !== line),
    );
    if (taken) return 'a group of that name is there';
  }
  return undefined;
}
