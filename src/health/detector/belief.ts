/** From what is measured of a node to what is believed of it: damping and panic come in between. */
import type { HealthState } from '../../cluster/view.ts';
import type { DetectorConfig } from '../../topology/health/config.ts';
import type { HealthEvent } from '../events.ts';
import { isSilent } from './census.ts';
import type { Measured } from './combine.ts';
import { costOf, penalise, penaltyAt, release } from './damping.ts';
import { HISTORY, type NodeRecord } from './records.ts';
import { slowStartFactor } from './slow-start.ts';
import { isBad, worst } from './worst.ts';

export interface Situation {
  readonly now: number;
  readonly config: DetectorConfig;
  readonly panic: boolean;
}

/** Takes note of what is measured now: where it fell from, and what that adds to its penalty. */
export function noteMeasured(
  node: NodeRecord,
  measured: Measured,
  { now, config, panic }: Situation,
): HealthEvent[] {
  const cost = costOf(node.measured.state, measured.state);
  node.measured = measured;
  if (isBad(measured.state)) {
    node.fell ??= { at: now, from: node.state };
  } else {
    node.fell = null;
    node.away = false;
  }
  // In panic it is the network that flaps.
  if (!config.damping || cost === 0 || panic) return [];
  const before = node.damping.suppressed;
  node.damping = penalise(node.damping, cost, now, config.damping);
  if (before || !node.damping.suppressed) return [];
  return [{ type: 'node.damped', at: now, node: node.id, penalty: Math.round(node.damping.penalty) }];
}

/** Brings what is believed in line with what is measured; the events tell what changes by that. */
export function believe(node: NodeRecord, situation: Situation): HealthEvent[] {
  const { now } = situation;
  const events = settleDamping(node, situation);
  const { state, why } = beliefIn(node, situation.panic);
  node.why = why;
  if (state !== node.state) {
    const transition = { at: now, from: node.state, to: state, why };
    node.history = [...node.history, transition].slice(-HISTORY);
    node.state = state;
    node.since = now;
    events.push({ type: 'node.state', node: node.id, ...transition });
  }
  return [...events, ...settleSlowStart(node, situation)];
}

function beliefIn(node: NodeRecord, panic: boolean): { state: HealthState; why: string } {
  const { state, proven, why } = node.measured;
  if (panic && node.fell && !node.away && isSilent(node)) {
    const held = worst(node.fell.from, proven);
    return { state: held, why: `${why}; not believed, since most nodes fell silent at once` };
  }
  if (node.damping.suppressed && state === 'up') {
    return { state: 'suspect', why: 'answers, but is held back for going down too often' };
  }
  return { state, why };
}

function settleDamping(node: NodeRecord, { now, config: { damping } }: Situation): HealthEvent[] {
  const before = node.damping.suppressed;
  node.damping = release(node.damping, now, damping);
  if (!before || node.damping.suppressed) return [];
  const penalty = Math.round(damping ? penaltyAt(node.damping, now, damping) : 0);
  return [{ type: 'node.released', at: now, node: node.id, penalty }];
}

function settleSlowStart(node: NodeRecord, { now, config }: Situation): HealthEvent[] {
  if (node.state === 'down') {
    node.wasDown = true;
    node.backSince = null;
  } else if (node.state === 'up' && node.wasDown) {
    node.wasDown = false;
    node.backSince = now;
  }
  if (node.wasDown) return [];
  const factor = slowStartFactor(node.backSince, now, config.slowStart);
  if (factor === 1) node.backSince = null;
  if (factor === node.factor) return [];
  node.factor = factor;
  return [{ type: 'node.weight', at: now, node: node.id, factor }];
}
