/** Reads members: "slb service-group", with what "slb server" says of their addresses, weights and states. */
import { parseAddress } from '../../topology/address.ts';
import type { IpAddress, Protocol } from '../../topology/model.ts';
import type { ReadLine } from '../reading/lines.ts';
import { idOf, portOf, unread, unreadWhole, wholeOf } from '../reading/values.ts';
import { member, type SeenMember, type Unread } from '../seen.ts';
import type { Asked } from './read-monitors.ts';

export interface Server {
  readonly address: IpAddress | null;
  /** Disabled as a whole. */
  readonly disabled: boolean;
  /** By `443 tcp`. */
  readonly ports: ReadonlyMap<string, ReadLine>;
  readonly unread: readonly Unread[];
}

export interface Config {
  readonly servers: ReadonlyMap<string, Server>;
  readonly groups: ReadonlyMap<string, ReadLine>;
  readonly monitors: ReadonlyMap<string, Asked>;
  readonly templates: ReadonlyMap<string, ReadLine>;
}

const SERVER = /^(health-check-disable|health-check \S+|disable|enable)$/;
const PORT = /^(template port \S+|health-check-disable|health-check \S+|weight [0-9]+|disable|enable)$/;

export function serversOf(lines: readonly ReadLine[]): ReadonlyMap<string, Server> {
  return new Map(
    lines.map((line) => {
      const [, , name = '', address = ''] = line.words;
      const ports = line.body.filter(({ words }) => words[0] === 'port' && words.length === 3);
      const server: Server = {
        address: parseAddress(address) ?? null,
        disabled: line.body.some(({ text }) => text === 'disable'),
        ports: new Map(ports.map((one) => [one.words.slice(1).join(' '), one])),
        unread: line.body.flatMap((one) => {
          if (ports.includes(one))
            return one.body.filter(({ text }) => !PORT.test(text)).map((inner) => unread(inner));
          return SERVER.test(one.text) ? [] : unreadWhole(one);
        }),
      };
      return [name, server];
    }),
  );
}

/** "weight", of a server port: 1 unless it says otherwise. */
const DEFAULT_WEIGHT = 1;

export function groupOf(group: ReadLine, protocol: Protocol, { servers, monitors }: Config): SeenMember[] {
  const checked = group.body.find(({ words }) => words[0] === 'health-check')?.words[1];
  const asked = monitors.get(checked ?? '');
  return membersIn(group).flatMap((line) => {
    const [, name = '', port = ''] = line.words;
    const server = servers.get(name);
    if (!server?.address) return [];
    const said = server.ports.get(`${port} ${protocol}`);
    const weight = said?.body.find(({ words }) => words[0] === 'weight')?.words[1];
    const disabled = [...line.body, ...(said?.body ?? [])].some(({ text }) => text === 'disable');
    return [
      member({
        line: line.number,
        node: idOf(/^roomlb-(.+)-v[46]$/.exec(name)?.[1]),
        address: server.address,
        port: portOf(port) ?? null,
        weight: wholeOf(weight) ?? DEFAULT_WEIGHT,
        usable: !disabled && !server.disabled,
        monitor: asked?.monitor ?? null,
        stunPort: asked?.udpPort ?? null,
      }),
    ];
  });
}

function membersIn({ body }: ReadLine): ReadLine[] {
  return body.filter(({ words }) => words[0] === 'member' && portOf(words[2]) !== undefined);
}

export function groupUnread(group: ReadLine): Unread[] {
  const known = /^(method service-weighted-rr|health-check \S+|health-check-disable)$/;
  const members = membersIn(group);
  return group.body.flatMap((line) => {
    if (members.includes(line))
      return line.body.filter(({ text }) => !/^(dis|en)able$/.test(text)).map((one) => unread(one));
    return known.test(line.text) ? [] : unreadWhole(line);
  });
}
