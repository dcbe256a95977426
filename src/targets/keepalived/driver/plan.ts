/** From state to state: the file is checked and replaced, then keepalived loads it and changes what differs. */
import type { Change, Disruption, Plan, Step } from '../../driver.ts';
import { lineDifferences, poolDifferences, type Texts } from '../../driving/changes.ts';
import { foreignFile } from '../../header.ts';
import { textsOf as rulesTexts } from '../../ipvs/driver/view.ts';
import { expectedOf, repairOf, type Repair } from './kernel.ts';
import type { KeepalivedAction, KeepalivedState } from './state.ts';
import { viewFile, type FileView, type Place } from './view.ts';

export interface Places {
  readonly configFile: string;
  readonly pidFile: string;
  readonly ipvsadm: string;
}

const NOTHING: Repair = { from: [], to: [], lines: [] };

export function planChanges(
  actual: KeepalivedState,
  desired: KeepalivedState,
  places: Places,
): Plan<KeepalivedAction> {
  const [from, to] = [viewFile(actual.file), viewFile(desired.file)];
  const settled = actual.file === desired.file && actual.process === 'loaded' && actual.table !== null;
  const repair = settled ? repairOf(actual.table, expectedOf(to.servers)) : NOTHING;
  const steps = stepsBetween(actual, desired, from, to, repair, places);
  const [before, after] = [textsOf(actual, from, repair.from), textsOf(desired, to, repair.to)];
  return {
    changes: lineDifferences(before, after).map((difference): Change => {
      const [old, now] = [from.places.get(difference.key), to.places.get(difference.key)];
      return {
        ...difference,
        node: now?.node ?? old?.node ?? null,
        disrupts: old && actual.process !== 'dead' ? disruption(old, now, actual) : null,
      };
    }),
    steps,
    pools: poolDifferences(from.pools, to.pools),
    singlePools: [...from.pools.values()].filter(({ shared }) => !shared).length,
    foreign: foreignTo(actual, desired, from, to, places),
    notes: notesOn(actual, desired, places),
  };
}

/** A dead process loads the file when it starts. */
function textsOf({ process, sysctls }: KeepalivedState, { texts }: FileView, rules: Repair['from']): Texts {
  const kernel = [...rulesTexts(rules, sysctls)].map(
    ([key, lines]) => [`ipvs ${key}`, lines.filter((line) => !line.startsWith('#'))] as const,
  );
  return new Map([
    ...texts,
    ...kernel,
    ...(process === 'stale' ? ([['process', ['runs on an older file']]] as const) : []),
  ]);
}

function stepsBetween(
  actual: KeepalivedState,
  desired: KeepalivedState,
  from: FileView,
  to: FileView,
  repair: Repair,
  { configFile, pidFile, ipvsadm }: Places,
): Step<KeepalivedAction>[] {
  const sysctls = Object.fromEntries(
    Object.entries(desired.sysctls).filter(([name, value]) => actual.sysctls[name] !== value),
  );
  const assignments = Object.entries(sysctls).map(([name, value]) => `${name}=${value}`);
  const differs = actual.file !== desired.file;
  const write =
    desired.file === null
      ? `remove ${configFile}`
      : `check the new ${configFile} with keepalived -t, and put it in place`;
  const isLoading = actual.process !== 'dead' && desired.file !== null;
  const reloads = isLoading && (differs || actual.process !== desired.process);
  const kept = expectedOf(to.servers);
  const gone = [...expectedOf(from.servers).keys()].filter((name) => !kept.has(name));
  const set: KeepalivedAction = { do: 'set', sysctls };
  return [
    ...(assignments.length > 0 ? [{ text: `sysctl -w ${assignments.join(' ')}`, action: set }] : []),
    ...(differs ? [{ text: write, action: { do: 'write', text: desired.file } } as const] : []),
    ...(reloads
      ? [
          {
            text: `reload keepalived: SIGHUP to the process of ${pidFile}; wait until IPVS is as it says`,
            action: { do: 'reload', gone },
          } as const,
        ]
      : []),
    ...(repair.lines.length > 0
      ? [
          {
            text: repair.lines.map((line) => `${ipvsadm} ${line}`).join('; '),
            action: { do: 'repair', lines: repair.lines },
          } as const,
        ]
      : []),
  ];
}

function disruption(old: Place, now: Place | undefined, { connections }: KeepalivedState): Disruption | null {
  const count = old.connections.reduce((sum, key) => sum + (connections[key] ?? 0), 0);
  if (!now) return { what: `connections to ${old.node} are cut (${old.id})`, connections: count };
  if (!old.usable || now.usable) return null;
  const what = `connections to ${old.node} that are there go on; new ones are not taken (${old.id})`;
  return { what, connections: count };
}

/** keepalived takes a service that is there already for its own, and removes it in the end. */
function foreignTo(
  actual: KeepalivedState,
  desired: KeepalivedState,
  from: FileView,
  to: FileView,
  { configFile }: Places,
): string[] {
  const file = foreignFile('keepalived', configFile, actual.file, desired.file);
  const own = expectedOf(from.servers);
  const there = new Set(actual.table?.map(({ name }) => name));
  const taken = [...expectedOf(to.servers).keys()].filter((name) => there.has(name) && !own.has(name));
  return [
    ...(file === null ? [] : [file]),
    ...(to.servers.length > 0 ? actual.rivals : []),
    ...taken.map((name) => `${name} is in IPVS already, and not of ${configFile}`),
  ];
}

function notesOn({ process }: KeepalivedState, desired: KeepalivedState, places: Places): string[] {
  if (process === 'dead') {
    return [
      `keepalived does not run (no process of ${places.pidFile}): the file takes effect when it starts, which is left to you or your service manager`,
    ];
  }
  if (desired.file !== null) return [];
  return ['keepalived goes on with what it has loaded until it is stopped, which is left to you'];
}
