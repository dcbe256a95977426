/** Reads what `ipvsadm-save -n` prints; options as in ipvsadm(8). */
import type { ForwardingMode, Protocol } from '../../topology/model.ts';
import { readFlatLines, type ReadLine } from '../reading/lines.ts';
import { after, endpointOf, unread, wholeOf } from '../reading/values.ts';
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
    const [command, kind = '', where = ''] = line.words;
    const known = services.get(`${kind} ${where}`);
    const head = command === '-A' ? serviceOf(line) : undefined;
    if (command === '--set') Object.assign(idle, timeouts(line));
    else if (head) {
      services.set(`${kind} ${where}`, { head, members: [], forwarding: null });
    } else if (command === '-a' && known) bad.push(...addMember(line, known));
    else bad.push(unread(line, kind === '-f' ? 'a service by firewall mark has no address' : null));
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

function serviceOf({ number, words }: ReadLine): SeenService | undefined {
  const [, kind = '', where] = words;
  const [protocol, to] = [PROTOCOLS[kind], endpointOf(where)];
  if (!protocol || to?.port == null) return undefined;
  const persistence = wholeOf(after(words, '-p')) ?? null;
  return service({
    line: number,
    address: to.address,
    protocol,
    ports: { first: to.port, last: to.port },
    persistence,
  });
}

function addMember(line: ReadLine, known: Growing): Unread[] {
  const to = endpointOf(after(line.words, '-r'));
  const forwarding = line.words.map((word) => FORWARDING[word]).find((mode) => mode !== undefined);
  if (!to || !forwarding) return [unread(line)];
  if (known.forwarding !== null && known.forwarding !== forwarding)
    return [unread(line, 'it forwards otherwise than the members before it')];
  known.forwarding = forwarding;
  const weight = wholeOf(after(line.words, '-w')) ?? DEFAULT_WEIGHT;
  known.members.push({
    ...member({ line: line.number, address: to.address, port: to.port, weight }),
    usable: weight > 0,
  });
  return [];
}
