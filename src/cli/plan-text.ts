/** A plan as people read it: a diff, what it comes to, and what is to be known about it. */
import { diffLines } from '../reconcile/diff-lines.ts';
import type { Preview } from '../reconcile/reconciler.ts';
import {
  countsOf,
  describeCounts,
  disruptionsOf,
  nodesOf,
  roomsOf,
  type Loads,
  type NodeRooms,
} from '../reconcile/summary.ts';
import { paintOut, type Io } from './output.ts';

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow', ' ': 'dim' } as const;
/** More steps than these are counted only; all of them are in --json. */
const MOST_STEPS = 30;
const MOST_NODES = 8;

/** @param loads rooms by node; null where they are not known */
export function planText(io: Io, title: string, preview: Preview, loads: Loads): string {
  const { plan, id, revision, refusals, drift } = preview;
  const lines = [`${title}, revision ${revision}`];
  if (plan.steps.length === 0) {
    lines.push('nothing to do: it is as wanted');
  } else {
    if (drift) lines.push(paintOut(io, 'yellow', 'drift: somebody else changed what had been applied'));
    lines.push(
      '',
      ...diffLines(plan.changes).map(({ sign, text }) => paintOut(io, COLOURS[sign], `${sign} ${text}`)),
    );
    lines.push('', `plan ${id}: ${describeCounts(countsOf(plan))}`);
    lines.push(...plan.steps.slice(0, MOST_STEPS).map(({ text }, i) => `  ${i + 1}. ${text}`));
    if (plan.steps.length > MOST_STEPS) lines.push(`  and ${plan.steps.length - MOST_STEPS} more steps`);
    const disruptions = disruptionsOf(plan);
    lines.push(
      disruptions.length === 0 ? 'disrupts nothing' : 'disrupts:',
      ...disruptions.map((what) => `  ${what}`),
      ...roomsText(roomsOf(nodesOf(plan), loads)),
    );
  }
  lines.push(...plan.notes.map((note) => `note: ${note}`));
  lines.push(
    ...refusals.map(({ message, hint }) => `${paintOut(io, 'red', 'refused:')} ${message} (hint: ${hint})`),
  );
  return `${lines.join('\n')}\n`;
}

/** Only what is known: without a dispatcher, nobody knows of rooms. */
function roomsText(rooms: readonly NodeRooms[] | null): string[] {
  if (!rooms || rooms.length === 0) return [];
  const total = rooms.reduce((sum, one) => sum + one.rooms, 0);
  const named = rooms.slice(0, MOST_NODES).map(({ node, rooms: count }) => `${count} on ${node}`);
  const more = rooms.length > MOST_NODES ? `, and the rest on ${rooms.length - MOST_NODES} more nodes` : '';
  return [`concerns nodes with ${total} ${total === 1 ? 'room' : 'rooms'}: ${named.join(', ')}${more}`];
}

/** What `--json` prints of it: all, but for what only the driver understands. */
export function planJson({ plan, id, revision, refusals, drift }: Preview, loads: Loads) {
  const { changes, steps, pools, foreign, notes } = plan;
  return {
    revision,
    plan: id,
    counts: countsOf(plan),
    drift,
    changes,
    steps: steps.map(({ text }) => text),
    rooms: roomsOf(nodesOf(plan), loads),
    pools,
    foreign,
    notes,
    refusals,
  };
}
