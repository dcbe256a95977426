/** Reads what `ipvsadm-save -n` prints; options as in ipvsadm(8). */
import type { ForwardingMode, Protocol } from '../../topology/model.ts';
import { readFlatLines, type ReadLine } from '../reading/lines.ts';
import { after, endpointOf, unread, wholeOf } from '../reading/values.ts';
import { readCommand, type DestinationCommand, type ServiceCommand } from './command.ts';
import { member, service, type Seen, type SeenMember, type SeenService, type Unread } from '../seen.ts';

const PROTOCOLS: Readonly<Record<string, Protocol>> = { '-t': 'tcp', '-u': 'udp' };
const FORWARDING: Readonly<Record<string, ForwardingMode>> = { '-m': 'nat', '-g': 'dsr', '-i': 'tunnel' };

/** ipvsadm(8), `-w`: of a destination whose line names none. */
const DEFAULT_WEIGHT = 1;

interface Growing {
  readonly head: SeenService;
  readonly members: SeenMember[];
  forwarding: ForwardingMode | null;
}

export function readBack(text: string): Seen {
  const services = new Map<string, Growing>();
  const bad: Unread[] = [];
  const idle: Partial<Record<Protocol, number>> = {};
  for (const line of readFlatLines(text, '#')) {
    const command = readCommand(line.words.join(' '));
    const known = command && services.get(command.name);
    const head = command?.add === 'service' ? serviceOf(line, command) : undefined;
    if (line.words[0] === '--set') Object.assign(idle, timeouts(line));
    else if (command && head) services.set(command.name, { head, members: [], forwarding: null });
    else if (command?.add === 'destination' && known) bad.push(...addMember(line, command, known));
    else {
      const byMark = line.words[1] === '-f';
      bad.push(unread(line, byMark ? 'a service by firewall mark has no address' : null));
    }
  }
  const finished = [...services.values()].map(({ head, members, forwarding }) => ({
    ...head,
    members,
    forwarding: forwarding ?? head.forwarding,
    idleTimeout: idle[head.protocol] ?? null,
  }));
  return { services: finished, vrrp: [], unread: bad };
}

/** `--set tcp tcpfin udp`, seconds; 0 leaves a value as it is. */
function timeouts({ words }: ReadLine): Partial<Record<Protocol, number>> {
  const [tcp, , udp] = words.slice(1).map(wholeOf);
  return { ...(tcp ? { tcp } : {}), ...(udp ? { udp } : {}) };
}

function serviceOf({ number }: ReadLine, { name, options }: ServiceCommand): SeenService | undefined {
  const [kind = '', where] = name.split(' ');
  const [protocol, to] = [PROTOCOLS[kind], endpointOf(where)];
  if (!protocol || to?.port == null) return undefined;
  return service({
    line: number,
    address: to.address,
    protocol,
    ports: { first: to.port, last: to.port },
    persistence: wholeOf(after(options.split(' '), '-p')) ?? null,
  });
}

function addMember(
  line: ReadLine,
  { to: where, options, weight }: DestinationCommand,
  known: Growing,
): Unread[] {
  const to = endpointOf(where);
  const forwarding = options
    .split(' ')
    .map((word) => FORWARDING[word])
    .find((mode) => mode !== undefined);
  if (!to || !forwarding) return [unread(line)];
  if (known.forwarding !== null && known.forwarding !== forwarding)
    return [unread(line, 'it forwards otherwise than the members before it')];
  known.forwarding = forwarding;
  known.members.push({
    ...member({ line: line.number, address: to.address, port: to.port, weight: weight ?? DEFAULT_WEIGHT }),
    usable: weight !== 0,
  });
  return [];
}
