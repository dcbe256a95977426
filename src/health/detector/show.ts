import type { DampingConfig } from '../../topology/health/config.ts';
import { targetOf } from '../endpoint.ts';
import { penaltyAt, releaseTime } from './damping.ts';
import {
  isPath,
  type CheckHealth,
  type EndpointRecord,
  type NodeHealth,
  type NodeRecord,
} from './records.ts';

/** The record for people: copies, no secrets. */
export function showNode(node: NodeRecord, now: number, damping: DampingConfig | null): NodeHealth {
  return {
    node: node.id,
    state: node.state,
    since: node.since,
    why: node.why,
    measured: node.measured.state,
    factor: node.factor,
    penalty: damping ? Math.round(penaltyAt(node.damping, now, damping)) : 0,
    heldUntil: damping && node.damping.suppressed ? Math.round(releaseTime(node.damping, damping)) : null,
    checks: node.endpoints.map(showCheck),
    history: node.history,
  };
}

function showCheck(record: EndpointRecord): CheckHealth {
  const { endpoint, check, last, verdict } = record;
  return {
    id: endpoint.id,
    check: endpoint.check,
    target: targetOf(endpoint),
    state: check.state,
    why: check.why,
    alive: check.alive,
    silent: check.silent,
    last,
    ...(isPath(record) && { verdict }),
  };
}
