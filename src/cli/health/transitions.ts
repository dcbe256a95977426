import type { HealthReport, NodeReport } from '../../health/report.ts';
import { printable } from '../output.ts';

/** What changed between two reports, a line each, stamped with the time of the later one. Pure. */
export function transitions(before: HealthReport, after: HealthReport): string[] {
  const known = new Map(before.nodes.map((node) => [node.node, node]));
  const there = new Set(after.nodes.map(({ node }) => node));
  const lines = [
    ...after.nodes.flatMap((node) => nodeLines(known.get(node.node), node)),
    ...before.nodes.flatMap(({ node }) => (there.has(node) ? [] : [`${node} is no longer in the topology`])),
    ...(before.panic.on === after.panic.on
      ? []
      : [after.panic.on ? 'panic begins: states are held' : 'panic is over']),
  ];
  return lines.map((line) => `${new Date(after.at).toISOString()} ${printable(line)}`);
}

function nodeLines(before: NodeReport | undefined, after: NodeReport): string[] {
  const { node, state, admin, why, checks } = after;
  if (!before) return [`${node} is new: ${state}${because(why)}`];
  const verdicts = new Map(before.checks.map(({ id, verdict }) => [id, verdict]));
  return [
    ...(before.state === state ? [] : [`${node} ${before.state} → ${state}${because(why)}`]),
    ...(before.admin === admin ? [] : [`${node} ${before.admin} → ${admin}`]),
    ...checks.flatMap(({ id, target, verdict, why: reason }) => {
      const was = verdicts.get(id);
      if (verdict === undefined || was === undefined || was === verdict) return [];
      return [`${node} path by ${target ?? id} ${was} → ${verdict}${because(reason)}`];
    }),
  ];
}

function because(why: string): string {
  return why === '' ? '' : `: ${why}`;
}
