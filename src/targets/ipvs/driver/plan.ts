/** From state to state: noted, set, changed rule by rule, struck out. */
import { compareText } from '../../../topology/compare.ts';
import type { Change, Disruption, Plan, Step } from '../../driver.ts';
import { differences, poolDifferences } from '../../driving/changes.ts';
import { rulesBetween } from './rules.ts';
import { setTimeouts, sysctlsIn } from './settings.ts';
import type { IpvsAction, IpvsState, NotesChange, Owner, Service } from './state.ts';
import { isShared, placesOf, poolsOf, textsOf, type Place } from './view.ts';

export interface Places {
  readonly ipvsadm: string;
  readonly ownedFile: string;
}

export function planChanges(actual: IpvsState, desired: IpvsState, places: Places): Plan<IpvsAction> {
  const owned = new Set(actual.services.filter(({ owner }) => owner).map(({ name }) => name));
  // A state that was read has others' services, too: to be brought back only where RoomLB took them over.
  const to = desired.services.filter(
    ({ name, options, owner }) => options !== null && (owner !== null || owned.has(name)),
  );
  const wanted = new Set(to.map(({ name }) => name));
  const [from, others] = split(actual.services, ({ name }) => owned.has(name) || wanted.has(name));
  const [before, after] = [poolsOf(from), poolsOf(to)];
  const steps = stepsBetween({ ...actual, services: from }, { ...desired, services: to }, places);
  return {
    changes: changesBetween(actual, from, desired, to),
    steps,
    pools: poolDifferences(before, after),
    singlePools: [...before.values()].filter(({ shared }) => !shared).length,
    foreign: [...(to.length === 0 ? [] : actual.rivals), ...overwritten(from, to, places)],
    notes:
      steps.length === 0 || others.length === 0
        ? []
        : [
            `IPVS has ${others.length} more virtual services, which are not this cluster's and stay; idle timeouts and sysctls are theirs, too`,
          ],
  };
}

function stepsBetween(from: IpvsState, to: IpvsState, { ipvsadm, ownedFile }: Places): Step<IpvsAction>[] {
  const known = new Map(from.services.map(({ name, owner }) => [name, owner]));
  const wanted = new Map(to.services.flatMap(({ name, owner }) => (owner ? [[name, owner] as const] : [])));
  // While destinations go, somebody who comes after a kill has to know whose they are: old ones are named, too.
  const meanwhile = new Map(
    [...wanted].map(([name, owner]) => [
      name,
      { ...owner, nodes: sorted({ ...known.get(name)?.nodes, ...owner.nodes }) },
    ]),
  );
  const kept = new Set(to.services.filter(({ owner }) => owner).map(({ name }) => name));
  const struck = from.services.filter(({ name, owner }) => owner && !kept.has(name)).map(({ name }) => name);
  const set = Object.entries(to.settings).filter(([name, value]) => from.settings[name] !== value);
  const unset = Object.keys(from.settings).filter((name) => !(name in to.settings));
  const lines = rulesBetween(from.services, to.services);
  const settings = Object.fromEntries(set);
  return [
    ...note(ownedFile, 'note', {
      services: changed(known, meanwhile),
      settings: set.map(([name]) => name),
    }),
    ...(set.length === 0
      ? []
      : [{ text: settingText(ipvsadm, settings), action: { do: 'set', settings } } as const]),
    ...(lines.length === 0
      ? []
      : [{ text: rulesText(ipvsadm, lines), action: { do: 'rules', lines } } as const]),
    ...note(ownedFile, 'strike out what is not', {
      services: changed(new Map([...known, ...meanwhile]), wanted),
      without: { services: struck, settings: unset },
    }),
  ];
}

/** What is not the same in the second. */
function changed(
  before: ReadonlyMap<string, Owner | null>,
  after: ReadonlyMap<string, Owner>,
): Record<string, Owner> {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return Object.fromEntries([...after].filter(([name, owner]) => !same(before.get(name), owner)));
}

function sorted(nodes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(nodes).sort(([a], [b]) => compareText(a, b)));
}

function note(file: string, verb: string, some: Partial<NotesChange>): Step<IpvsAction>[] {
  const changes = { services: {}, settings: [], without: { services: [], settings: [] }, ...some };
  const services = Object.keys(changes.services).length + changes.without.services.length;
  const settings = changes.settings.length + changes.without.settings.length;
  if (services + settings === 0) return [];
  const text = `${verb} as this cluster's, in ${file}: ${services} services, ${settings} settings`;
  return [{ text, action: { do: 'note', changes } }];
}

function settingText(ipvsadm: string, settings: Readonly<Record<string, string>>): string {
  const timeouts = setTimeouts(settings);
  const sysctls = Object.entries(sysctlsIn(settings)).map(([name, value]) => `${name}=${value}`);
  return [
    ...(timeouts ? [`${ipvsadm} ${timeouts.join(' ')}`] : []),
    ...(sysctls.length > 0 ? [`sysctl -w ${sysctls.join(' ')}`] : []),
  ].join('; ');
}

/** As many as fit a glance. */
const SHOWN = 12;

function rulesText(ipvsadm: string, lines: readonly string[]): string {
  const shown = lines.slice(0, SHOWN).map((line) => `${ipvsadm} ${line}`);
  const more = lines.length > SHOWN ? `; and ${lines.length - SHOWN} more` : '';
  return `${shown.join('; ')}${more}`;
}

function changesBetween(
  actual: IpvsState,
  from: readonly Service[],
  desired: IpvsState,
  to: readonly Service[],
): Change[] {
  const [old, now] = [placesOf(from), placesOf(to)];
  const texts = [textsOf(from, actual.settings), textsOf(to, desired.settings)] as const;
  return differences(...texts).map((difference): Change => {
    const [before, after] = [old.get(difference.key), now.get(difference.key)];
    return {
      ...difference,
      node: after?.node ?? before?.node ?? null,
      disrupts: before ? disruption(before, after, actual.connections[difference.key] ?? 0) : null,
    };
  });
}

function disruption(
  { service, to, destination: had, node }: Place,
  after: Place | undefined,
  connections: number,
): Disruption | null {
  if (!had) return null;
  const has = after?.destination;
  const who = `${service.name.startsWith('-u') ? 'flows' : 'connections'} to ${node ?? to}`;
  if (!has) return { what: `${who} by ${service.name} are cut`, connections };
  if (had.weight === 0 || has.weight > 0) return null;
  const shared = service.owner && isShared(service.owner.id);
  const then = shared ? 'go to others' : 'are refused';
  return { what: `${who} by ${service.name} that are there go on; new ones ${then}`, connections };
}

/** What stands where RoomLB's is to be; what is the very same, nobody would miss. */
function overwritten(from: readonly Service[], to: readonly Service[], { ownedFile }: Places): string[] {
  const wanted = new Map(to.map((service) => [service.name, service]));
  return from
    .filter(({ name, owner, options, destinations }) => {
      const after = wanted.get(name);
      if (owner || !after?.owner) return false;
      return JSON.stringify([options, destinations]) !== JSON.stringify([after.options, after.destinations]);
    })
    .map(({ name }) => `${name} is in IPVS already, and not in ${ownedFile} as this cluster's`);
}

function split<T>(list: readonly T[], matches: (one: T) => boolean): [T[], T[]] {
  return [list.filter(matches), list.filter((one) => !matches(one))];
}
