/** Reads members: of "serviceGroup", and of "service" where a virtual server is bound to those one by one. */
import type { Monitor } from '../../intent/model.ts';
import { parseAddress } from '../../topology/address.ts';
import { groupBy } from '../../topology/group-by.ts';
import { STUN_REQUEST } from '../dialect/stun.ts';
import { idOf, portOf, wholeOf } from '../reading/values.ts';
import { member, type SeenMember } from '../seen.ts';
import { octal } from './monitors.ts';
import { begins, type Command } from './read-commands.ts';

/** Who stands behind a name that virtual servers are bound to. */
export interface ReadGroup {
  readonly name: string;
  readonly members: readonly SeenMember[];
  /** The source is rewritten: "usip NO", which is the default. */
  readonly snat: boolean;
}

interface Asked {
  readonly monitor: Monitor | null;
  readonly stunPort: number | null;
}

export function groupsOf(commands: readonly Command[]): ReadonlyMap<string, ReadGroup> {
  const of = (start: string) => commands.filter((command) => begins(command, start));
  const servers = new Map(of('add server').map(({ words }) => [words[2] ?? '', words[3] ?? '']));
  const off = new Set(of('disable server').map(({ words }) => words[2]));
  const monitors = new Map(of('add lb monitor').map((one) => [one.words[3] ?? '', asked(one)]));
  const disabled = new Set([...of('disable serviceGroup'), ...of('disable service')].map(target));
  const bindings = groupBy(
    [...of('bind serviceGroup'), ...of('bind service')],
    ({ words }) => words[2] ?? '',
  );
  const memberAt = (line: Command, group: string, server: string, port: string | undefined): SeenMember[] => {
    const address = parseAddress(servers.get(server) ?? server);
    if (!address) return [];
    const checks = (bindings.get(group) ?? []).flatMap(
      ({ options }) => monitors.get(options.get('monitorname') ?? '') ?? [],
    );
    const own = /^roomlb-(?:own|media)-[a-z]+-[0-9]+-(.+)-v[46]$/.exec(group)?.[1];
    const state = line.options.get('state')?.toUpperCase() !== 'DISABLED';
    const left = [target(line), `${group}  `].some((key) => disabled.has(key)) || off.has(server);
    return [
      member({
        line: line.line.number,
        node: idOf(own ?? /^roomlb-srv-(.+)-v[46]$/.exec(server)?.[1]),
        address,
        port: portOf(port) ?? null,
        weight: wholeOf(line.options.get('weight')) ?? 1,
        usable: state && !left,
        monitor: checks.find(({ monitor }) => monitor !== null)?.monitor ?? null,
        stunPort: checks.find(({ stunPort }) => stunPort !== null)?.stunPort ?? null,
      }),
    ];
  };
  const made = [...of('add serviceGroup'), ...of('add service')].map((line): [string, ReadGroup] => {
    const [, , name = '', server = '', , port] = line.words;
    const members = begins(line, 'add service')
      ? memberAt(line, name, server, port)
      : (bindings.get(name) ?? []).flatMap((one) => memberAt(one, name, one.words[3] ?? '', one.words[4]));
    return [name, { name, members, snat: line.options.get('usip')?.toUpperCase() !== 'YES' }];
  });
  return new Map(made);
}

/** What a command is about: a group with a server and a port, or all of it. */
function target({ words: [, , group = '', server = '', port = ''] }: Command): string {
  return `${group} ${server} ${port}`;
}

/** Of UDP monitors only those that send STUN are known. */
function asked({ words, options }: Command): Asked {
  const port = portOf(options.get('destport'));
  const type = words[4]?.toUpperCase();
  if (port === undefined) return { monitor: null, stunPort: null };
  if (type === 'TCP') return { monitor: { kind: 'tcp', port }, stunPort: null };
  if (type === 'HTTP') {
    const path = /^GET (\S+)/.exec(options.get('httprequest') ?? '')?.[1] ?? '/';
    return { monitor: { kind: 'http', port, path }, stunPort: null };
  }
  const isStun = type === 'UDP-ECV' && options.get('send') === octal(STUN_REQUEST);
  return { monitor: null, stunPort: isStun ? port : null };
}
