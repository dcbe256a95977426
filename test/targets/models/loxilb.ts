/**
 * LoxiLB as pkg/loxinet/rules.go has it: rules whose endpoints another call replaces, while the kind of NAT and, where
 * nothing else changes, the idle time stay; and endpoints, which are asked as somebody said who named them, or by
 * themselves in one-arm mode, and go with the last rule that has them.
 */
import type { Modelled } from './model.ts';

interface Rule {
  readonly mode: string;
  target: string;
  endpoints: Map<string, string>;
  select: string;
  idle: string;
}

interface Endpoint {
  probe: string;
  rules: number;
}

interface State {
  readonly rules: Map<string, Rule>;
  readonly endpoints: Map<string, Endpoint>;
}

export const loxilb: Modelled = {
  keepsLast: true,
  start: () => {
    const state: State = { rules: new Map(), endpoints: new Map() };
    return {
      run(lines, each) {
        for (const line of lines) {
          call(state, line);
          each?.();
        }
      },
      show: () => [
        ...[...state.rules].sort().map(([name, rule]) => showing(name, rule)),
        ...[...state.endpoints]
          .filter(([, { probe }]) => probe !== 'none')
          .sort()
          .map(([name, { probe, rules }]) => `probe ${name} ${probe} ${rules > 0 ? 'used' : 'unused'}`),
      ],
    };
  },
  foreign: [
    'loxicmd create lb 198.51.100.1 --tcp=80:80 --endpoints=10.9.0.1:1 --select=rr --inatimeout=60',
    'loxicmd create endpoint 10.9.0.1 --name=10.9.0.1_tcp_80 --probetype=tcp --probeport=80',
  ],
  members: (shown) => {
    const counts = new Map<string, number>();
    for (const line of shown) {
      const [, name, endpoints] = /^rule (\S+ \S+) .* endpoints (\S+)$/.exec(line) ?? [];
      if (name !== undefined) counts.set(name, endpoints!.split(',').length);
    }
    return counts;
  },
};

function showing(name: string, { mode, target, endpoints, select, idle }: Rule): string {
  const list = [...endpoints].sort().map(([address, weight]) => `${address}=${weight}`);
  return `rule ${name} mode ${mode} target ${target} select ${select} idle ${idle} endpoints ${list.join(',')}`;
}

function call(state: State, line: string): void {
  const [program, verb, what, address = '', ...flags] = line.split(' ');
  if (program !== 'loxicmd') throw new Error(`no call: ${line}`);
  const given = new Map(flags.map((flag) => flag.replace(/^--/, '').split('=') as [string, string]));
  if (what === 'endpoint') {
    const name = given.get('name')!;
    const probe = flags
      .filter((flag) => !flag.startsWith('--name'))
      .join(' ')
      .replace('--probetype=', '');
    const known = state.endpoints.get(name);
    if (known) known.probe = probe;
    else state.endpoints.set(name, { probe, rules: 0 });
    return;
  }
  const protocol = given.has('tcp') ? 'tcp' : 'udp';
  const [port, target = ''] = given.get(protocol)!.split(':');
  const name = `${address} ${protocol}:${port}`;
  const rule = state.rules.get(name);
  if (verb === 'delete') {
    if (!rule) throw new Error(`no-rule error: ${line}`);
    release(state, protocol, rule.target, rule.endpoints.keys(), new Map());
    state.rules.delete(name);
    return;
  }
  const endpoints = new Map(
    given
      .get('endpoints')!
      .split(',')
      .map((one) => [one.slice(0, one.lastIndexOf(':')), one.slice(one.lastIndexOf(':') + 1)]),
  );
  const [select, idle, mode] = [given.get('select')!, given.get('inatimeout')!, given.get('mode') ?? 'nat'];
  if (!rule) {
    state.rules.set(name, { mode, target, endpoints, select, idle });
    take(state, protocol, target, endpoints.keys(), new Map(), mode);
    return;
  }
  const same =
    rule.target === target &&
    rule.select === select &&
    rule.mode === mode &&
    equal(rule.endpoints, endpoints);
  if (same) throw new Error(`lbrule-exists error: ${line}`);
  const before = rule.target === target ? rule.endpoints : new Map<string, string>();
  release(
    state,
    protocol,
    rule.target,
    rule.endpoints.keys(),
    rule.target === target ? endpoints : new Map(),
  );
  take(state, protocol, target, endpoints.keys(), before, mode);
  Object.assign(rule, { target, endpoints, select, idle });
}

function take(
  { endpoints }: State,
  protocol: string,
  target: string,
  addresses: Iterable<string>,
  before: ReadonlyMap<string, string>,
  mode: string,
): void {
  for (const address of addresses) {
    if (before.has(address)) continue;
    const name = `${address}_${protocol}_${target}`;
    const known = endpoints.get(name);
    if (known) known.rules += 1;
    else endpoints.set(name, { probe: mode === 'onearm' ? 'of its own' : 'none', rules: 1 });
  }
}

function release(
  { endpoints }: State,
  protocol: string,
  target: string,
  addresses: Iterable<string>,
  after: ReadonlyMap<string, string>,
): void {
  for (const address of addresses) {
    if (after.has(address)) continue;
    const name = `${address}_${protocol}_${target}`;
    const known = endpoints.get(name)!;
    known.rules -= 1;
    if (known.rules <= 0) endpoints.delete(name);
  }
}

function equal(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
