/** Piolink PAS-K, as its modules and printed configurations tell. Careful where they are silent: it refuses. */
import { indentedModel, type Section } from './indented.ts';
import type { DeviceModel, Modelled } from './model.ts';

export const piolinkPask: Modelled = {
  members: (shown) => {
    const counts = new Map<string, number>();
    let slb = '';
    for (const line of shown) {
      if (!line.startsWith(' ')) slb = line.startsWith('slb ') ? line : '';
      else if (slb !== '' && line === '  status enable') counts.set(slb, (counts.get(slb) ?? 0) + 1);
    }
    return counts;
  },
  start: () =>
    applying(
      indentedModel({
        indent: 2,
        opens: { '': ['health-check', 'real', 'slb'], slb: ['real'] },
        single: [
          ...['type', 'port', 'interval', 'timeout', 'retry', 'recover', 'uri', 'status-code', 'status'],
          ...['name', 'rip', 'rport', 'weight', 'graceful-shutdown', 'ip-version', 'nat-mode', 'lb-method'],
          ...['session-sync', 'health-check', 'session-timeout-mode', 'sticky time', 'sticky source-subnet'],
          ...['sticky source-subnet6', 'session-timeout udp', 'session-timeout udp-stream'],
          ...['session-timeout tcp-established'],
        ],
        defaults: {},
        nameOf: (head) => head,
        always: () => false,
        refuses,
      }),
    ),
  foreign: [
    ...['health-check 1', '  type tcp', '  port 80', '  status enable', '  apply', 'exit'],
    ...['real 1', '  name web', '  rip 10.9.0.1', '  status enable', '  apply', 'exit'],
    ...['slb web', '  health-check 1', '  vip 198.51.100.1 protocol tcp vport 80,8080'],
    ...['  real 1', '    status enable', '    apply', '  exit', '  status enable', '  apply', 'exit'],
  ],
};

/** Takes blocks that are applied and left; what is not applied would have no effect. */
function applying(device: DeviceModel): DeviceModel {
  return {
    run(lines, each) {
      const open: string[] = [];
      const commands: string[] = [];
      lines.forEach((line, i) => {
        const indent = '  '.repeat(open.length);
        if (line === `${indent.slice(2)}exit`) {
          if (lines[i - 1] !== `${indent}apply`) throw new Error(`${open.pop()}: not applied`);
          open.pop();
        } else if (line.trim() !== 'apply') {
          commands.push(line);
          if (lines[i + 1]?.startsWith(`${indent}  `)) open.push(line);
        }
      });
      if (open.length > 0) throw new Error(`${open.join(', ')}: not left`);
      device.run(commands, each);
    },
    show: () => device.show(),
  };
}

function refuses(line: string, path: readonly Section[], root: Section): string | undefined {
  const [, outer] = path;
  const services = [...root.sections.values()].filter(({ head }) => head.startsWith('slb '));
  if (outer === undefined) {
    const [, what] = /^no (.*)/.exec(line) ?? [];
    const user = services.find(
      ({ lines, sections }) =>
        sections.has(what ?? '') || [...lines].some((one) => checksIn(one).includes(what ?? '')),
    );
    return user && `${user.head} uses it`;
  }
  if (/^(rip|name) /.test(line) && outer.lines.size > 0 && !outer.head.startsWith('slb ')) {
    const own = [...outer.lines].find((one) => one.startsWith(`${line.split(' ')[0]!} `));
    const used = services.some(({ sections }) => sections.has(outer.head));
    if (own !== undefined && used) return 'it is in use';
  }
  const needs = path.length === 2 && outer.head.startsWith('slb ') ? needsOf(line) : [];
  if (needs.some((need) => !root.sections.has(need))) return 'there is no such thing';
  const ends = endsOf(line);
  const other = services.find(({ lines }) =>
    [...lines].some((one) => endsOf(one).some((end) => ends.includes(end))),
  );
  return other && `${other.head} has that port`;
}

function needsOf(line: string): string[] {
  return line.startsWith('real ') ? [line] : checksIn(line);
}

function checksIn(line: string): string[] {
  const [, list] = /^health-check (\S+)$/.exec(line) ?? [];
  return list === undefined ? [] : list.split(',').map((number) => `health-check ${number}`);
}

function endsOf(line: string): string[] {
  const [, vip, ports = ''] = /^(vip \S+ protocol \S+) vport (\S+)$/.exec(line) ?? [];
  return vip === undefined ? [] : ports.split(',').map((port) => `${vip} ${port}`);
}
