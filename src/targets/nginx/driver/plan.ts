/** From state to state: the file is checked and replaced, then nginx loads it. It loads all or nothing. */
import type { Change, Plan, Step } from '../../driver.ts';
import { lineDifferences, poolDifferences } from '../../driving/changes.ts';
import { foreignFile } from '../../header.ts';
import type { NginxAction, NginxState } from './state.ts';
import { nodeOf, poolsOf, textsOf } from './view.ts';

export interface Places {
  readonly configFile: string;
  readonly pidFile: string;
}

export function planChanges(actual: NginxState, desired: NginxState, places: Places): Plan<NginxAction> {
  const [from, to] = [textsOf(actual.file), textsOf(desired.file)];
  const [before, after] = [poolsOf(from), poolsOf(to)];
  const [old, now] = [withProcess(from, actual), withProcess(to, desired)];
  const foreign = foreignFile('nginx', places.configFile, actual.file, desired.file);
  const steps = stepsBetween(actual, desired, places);
  return {
    changes: lineDifferences(old, now).map((difference): Change => {
      const { key, kind } = difference;
      const what = kind === 'remove' && nodeOf(key) !== null ? 'new ones are not taken any more' : null;
      return {
        ...difference,
        node: nodeOf(key),
        disrupts: what === null || actual.process === 'dead' ? null : { what, connections: null },
      };
    }),
    steps,
    pools: poolDifferences(before, after),
    singlePools: [...before.values()].filter(({ shared }) => !shared).length,
    foreign: foreign === null ? [] : [foreign],
    notes: notesOn(actual, steps, places),
  };
}

/** A dead process loads the file when it starts. */
function withProcess(
  texts: ReadonlyMap<string, readonly string[]>,
  { process }: NginxState,
): Map<string, readonly string[]> {
  return new Map([
    ...texts,
    ...(process === 'stale' ? ([['process', ['runs on an older file']]] as const) : []),
  ]);
}

function stepsBetween(actual: NginxState, desired: NginxState, places: Places): Step<NginxAction>[] {
  const { configFile, pidFile } = places;
  const differs = actual.file !== desired.file;
  const write =
    desired.file === null
      ? `remove ${configFile}`
      : `check the new ${configFile} with nginx -t, and put it in place`;
  const runs = actual.process !== 'dead' && desired.file !== null;
  return [
    ...(differs ? [{ text: write, action: { do: 'write', text: desired.file } } as const] : []),
    ...(runs && (differs || actual.process !== desired.process)
      ? [{ text: `reload nginx: SIGHUP to the process of ${pidFile}`, action: { do: 'reload' } } as const]
      : []),
  ];
}

function notesOn({ process }: NginxState, steps: readonly Step<NginxAction>[], places: Places): string[] {
  if (process === 'dead') {
    return [
      `nginx does not run (no process of ${places.pidFile}): the file takes effect when it starts, which is left to you or your service manager`,
    ];
  }
  if (!steps.some(({ action }) => action.do === 'reload')) return [];
  return [
    'it takes a reload: TCP connections that are open stay with the old workers until they end, and UDP flows of all nodes get a new source port towards their node, and lose answers that are on their way just then',
  ];
}
