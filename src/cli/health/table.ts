/** What `roomlb health` shows. Pure. */
import { hintFor, resultWord } from '../../health/hints.ts';
import type { CheckHealth } from '../../health/detector/records.ts';
import { VIP_UNREACHABLE_HINT, type Verdict } from '../../health/detector/paths.ts';
import type { HealthReport, NodeReport, NodeReportWithHistory } from '../../health/report.ts';
import { printable, table } from '../output.ts';

/** All nodes, a line each, and below what concerns all of them. */
export function clusterTable(report: HealthReport): string {
  const rows = report.nodes.map((node) => [
    node.node,
    stateOf(node),
    age(node.since, report.at),
    probesOf(node.checks),
    pathsOf(node.checks),
    whyOf(node, report.at),
  ]);
  const notes = [...probingNotes(report), ...vipNotes(report)].map((note) => `${note}\n`);
  const head = ['NODE', 'STATE', 'SINCE', 'LAST PROBES', 'THROUGH THE VIP', 'WHY'];
  return [table(head, rows), ...notes, ...hintsOf(report.nodes)].join('');
}

/** One node: every check, and how it came to be what it is. */
export function nodeTable(node: NodeReportWithHistory, now: number): string {
  const checks = node.checks.map((check) => [
    check.check,
    check.target ?? '–',
    check.state,
    lastOf(check),
    check.last ? age(check.last.at, now) : '–',
    check.verdict ?? '–',
  ]);
  const history = node.history.map(({ at, from, to, why }) => [
    new Date(at).toISOString(),
    `${from} → ${to}`,
    printable(why),
  ]);
  return [
    `${node.node}: ${stateOf(node)} since ${age(node.since, now)} ${whyOf(node, now)}`.trimEnd(),
    '\n\n',
    table(['CHECK', 'WHERE', 'STATE', 'LAST PROBE', 'AGO', 'PATH'], checks),
    ...(history.length === 0 ? [] : ['\n', table(['WHEN', 'CHANGE', 'WHY'], history)]),
    ...hintsOf([node]),
  ].join('');
}

/** Everything is as it should be. A disabled node need not be up. */
export function allUp(nodes: readonly Pick<NodeReport, 'state' | 'admin'>[]): boolean {
  return nodes.every(({ state, admin }) => state === 'up' || admin === 'disabled');
}

function stateOf({ state, admin }: Pick<NodeReport, 'state' | 'admin'>): string {
  return admin === 'active' ? state : `${state}, ${admin}`;
}

/** Why it is what it is, and what holds it apart from what its checks say. */
function whyOf(node: NodeReport, now: number): string {
  const { why, state, measured, factor, heldUntil, maintenance } = node;
  const parts = [
    why,
    ...(heldUntil === null ? [] : [`held back for flapping, for ${age(now, heldUntil)} more`]),
    ...(measured === state || measured === 'unknown' ? [] : [`checks say ${measured}`]),
    ...(factor < 1 ? [`slow start: ${Math.round(factor * 100)} % of its weight`] : []),
    ...maintenance.map((id) => `maintenance window ${id}`),
  ];
  return printable(parts.filter(Boolean).join('; '));
}

/** `stun 2 of 2 0.31 ms, heartbeat ok`; what failed stands first in its group. */
function probesOf(checks: readonly CheckHealth[]): string {
  const groups = new Map<string, CheckHealth[]>();
  for (const check of checks) groups.set(check.check, [...(groups.get(check.check) ?? []), check]);
  return [...groups].map(([name, group]) => `${name} ${groupOf(group)}`).join(', ') || '–';
}

function groupOf(group: readonly CheckHealth[]): string {
  const asked = group.filter(({ last }) => last !== null);
  if (asked.length === 0) return 'not yet';
  const bad = asked.filter(({ last }) => last && resultWord(last.outcome) !== 'ok');
  const [shown] = bad.length > 0 ? bad : asked;
  const count = group.length > 1 ? `${asked.length - bad.length} of ${group.length} ` : '';
  return `${count}${shown ? lastOf(shown) : ''}`;
}

function lastOf({ check, last }: CheckHealth): string {
  if (!last) return 'not yet';
  const { outcome } = last;
  // A heartbeat is not waited for.
  if (outcome.kind === 'ok' && check !== 'heartbeat') return `${outcome.rtt.toFixed(2)} ms`;
  return resultWord(outcome);
}

/** The worst verdict first, with how many paths have it where they differ. */
function pathsOf(checks: readonly CheckHealth[]): string {
  const paths = checks.filter(({ verdict }) => verdict !== undefined);
  const found = WORST_FIRST.map((verdict) => paths.filter((path) => path.verdict === verdict));
  const groups = found.filter((group) => group.length > 0);
  const words = groups.map((group) => {
    const count = groups.length > 1 ? `${group.length} ` : '';
    return `${count}${group[0]?.verdict ?? ''}${leadsTo(group)}`;
  });
  return words.join(', ') || '–';
}

const WORST_FIRST: readonly Verdict[] = ['wrong-node', 'dead', 'unproven', 'unknown', 'fine'];

/** ` (to sfu-2)`, where another node answered and is known. */
function leadsTo(paths: readonly CheckHealth[]): string {
  const nodes = paths.flatMap(({ verdict, last }) =>
    verdict === 'wrong-node' && last?.outcome.kind === 'failure' ? (last.outcome.answeredBy ?? []) : [],
  );
  return nodes.length === 0 ? '' : ` (to ${[...new Set(nodes)].join(', ')})`;
}

function probingNotes({ probing, panic }: HealthReport): string[] {
  return [
    ...(probing === 'active' ? [] : [PROBING[probing]]),
    ...(panic.on
      ? [
          `panic: ${panic.silent} of ${panic.silent + panic.answering} nodes fell silent at once, so the network is blamed and states are held`,
        ]
      : []),
  ];
}

const PROBING = {
  passive: 'no probes are sent: only what nodes say of themselves counts',
  off: 'health checking is off: nothing is known of nodes',
};

function vipNotes({ vips }: HealthReport): string[] {
  return vips
    .filter(({ reachable }) => reachable === false)
    .map(({ vip, address, transport }) => `VIP ${vip}, ${address} ${transport}: ${VIP_UNREACHABLE_HINT}`);
}

/** Each hint once, with the first check that it is about. */
function hintsOf(nodes: readonly Pick<NodeReport, 'node' | 'checks'>[]): string[] {
  const about = new Map<string, string>();
  for (const { node, checks } of nodes) {
    for (const { check, last, verdict } of checks) {
      const hint = last ? hintFor(check, last.outcome, verdict) : undefined;
      if (hint === undefined || !last || about.has(hint)) continue;
      about.set(hint, `${node} ${check} ${resultWord(last.outcome)}`);
    }
  }
  return [...about].map(([hint, what]) => `hint: ${what}: ${hint}\n`);
}

/** `45s`, `3m05s`, `2h03m`, `4d`: how long ago `at` was. */
export function age(at: number | null, now: number): string {
  if (at === null) return '–';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours >= 48) return `${Math.floor(hours / 24)}d`;
  if (hours > 0) return `${hours}h${two(minutes % 60)}m`;
  return minutes > 0 ? `${minutes}m${two(seconds % 60)}s` : `${seconds}s`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
