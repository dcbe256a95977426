/**
 * How a running configuration differs from what a topology renders to, both read by the same reader: port by
 * port, so that it does not matter in how many blocks a device says it.
 */
import { settingsOf, type Settings } from './drift-settings.ts';
import { compareText } from '../topology/compare.ts';
import { formatEndpoint } from '../topology/address.ts';
import type { IpAddress, Protocol } from '../topology/model.ts';
import { formatPorts, listPorts } from '../topology/ports.ts';
import type { SeenMember, SeenService } from '../targets/seen.ts';

export interface Difference {
  readonly kind: 'missing' | 'extra' | 'different';
  /** `udp 203.0.113.10:40000-40003`, `vrrp 203.0.113.10`. */
  readonly where: string;
  /** What the topology wants there: members, and settings that differ. Empty where it wants nothing. */
  readonly wanted: readonly string[];
  /** What the device has there; empty where it has nothing. */
  readonly found: readonly string[];
  /** Of the running configuration, where it has one: the first of these ports. */
  readonly line: number | null;
}

export interface Drift {
  /** Sorted by address, protocol and port. */
  readonly differences: readonly Difference[];
  /** Services of addresses that are no VIP of the topology: somebody else's. */
  readonly foreign: number;
}

export function driftOf(wanted: readonly SeenService[], found: readonly SeenService[]): Drift {
  const addresses = new Set(wanted.map(({ address }) => address.text));
  const ours = found.filter(({ address }) => addresses.has(address.text));
  const [want, have] = [portsOf(wanted), portsOf(ours)];
  const keys = [...new Set([...want.keys(), ...have.keys()])].sort(compareText);
  const places = keys.flatMap((key) => placeAt(want.get(key), have.get(key)));
  return { differences: runsOf(places), foreign: found.length - ours.length };
}

interface Port {
  readonly address: IpAddress;
  readonly protocol: Protocol;
  readonly port: number;
  readonly line: number;
  readonly members: readonly string[];
  readonly settings: Settings;
}

interface Place extends Omit<Difference, 'where'> {
  readonly at: Port;
}

function placeAt(want: Port | undefined, have: Port | undefined): Place[] {
  const at = have ?? want;
  if (!at) return [];
  const settings = want && have ? differing(want.settings, have.settings) : [];
  const wanted = [...(want?.members ?? []), ...settings.map(([text]) => text)];
  const found = [...(have?.members ?? []), ...settings.map(([, text]) => text)];
  if (want && have && wanted.join() === found.join()) return [];
  const kind = !have ? 'missing' : !want ? 'extra' : 'different';
  return [{ kind, at, wanted, found, line: have?.line ?? null }];
}

/** What both sides say something of, and not the same. Who is a member of only one is told by the members. */
function differing(want: Settings, have: Settings): [string, string][] {
  return [...want].flatMap(([what, wanted]): [string, string][] => {
    const found = have.get(what);
    return found === undefined || found === wanted ? [] : [[wanted, found]];
  });
}

/** Ports in a row that differ alike are one difference. */
function runsOf(places: readonly Place[]): Difference[] {
  const runs: { first: Place; last: Place }[] = [];
  for (const place of places) {
    const run = runs.at(-1);
    if (run && follows(run.last, place)) run.last = place;
    else runs.push({ first: place, last: place });
  }
  return runs.map(({ first, last }) => {
    const { at, ...rest } = first;
    const ports = formatPorts({ first: at.port, last: last.at.port });
    return { ...rest, where: `${at.protocol} ${formatEndpoint(at.address, ports)}` };
  });
}

function follows(a: Place, b: Place): boolean {
  const alike = (one: Place) =>
    [one.kind, one.at.address.text, one.at.protocol, one.wanted, one.found].join('|');
  return a.at.port + 1 === b.at.port && alike(a) === alike(b);
}

function portsOf(services: readonly SeenService[]): Map<string, Port> {
  const ports = new Map<string, Port>();
  for (const service of services) {
    const { address, protocol, line } = service;
    const settings = settingsOf(service);
    for (const port of listPorts(service.ports)) {
      const members = service.members.map((one) => memberText(one, port, service)).sort(compareText);
      const key = `${address.text} ${protocol} ${String(port).padStart(5, '0')}`;
      ports.set(key, { address, protocol, port, line, members, settings });
    }
  }
  return ports;
}

/** Weights mean something among several only, and a port only where it is another. */
function memberText(member: SeenMember, port: number, { members, forwarding, snat }: SeenService): string {
  const same = member.port === null || member.port === port;
  const where = same ? member.address.text : formatEndpoint(member.address, member.port);
  const weight = members.length > 1 && member.weight !== null ? ` weight ${member.weight}` : '';
  const mode = forwarding === 'nat' ? (snat ? ' snat' : '') : ` ${forwarding}`;
  const drained = member.usable ? '' : ' takes nothing new';
  return `${where}${weight}${mode}${drained}`;
}
