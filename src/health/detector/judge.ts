/** From the checks of a node to evidence about it; for paths through the VIP that takes a judgement first. */
import type { HealthState } from '../../cluster/view.ts';
import type { HealthEvent, PathEvent } from '../events.ts';
import { combine, type Evidence } from './combine.ts';
import { judgePath, PATIENCE, pathEffect, VERDICT_TEXTS, type Verdict } from './paths.ts';
import { isPath, type EndpointRecord, type NodeRecord, type PathRecord } from './records.ts';
import type { VipBook } from './vip-book.ts';

/** Judges the paths that a changed check has to do with: itself, or those to the worker that it asks directly. */
export function judgePaths(
  node: NodeRecord,
  changed: EndpointRecord,
  vips: VipBook,
  now: number,
): HealthEvent[] {
  const events: HealthEvent[] = [];
  for (const record of pathsOf(node, changed)) {
    const verdict = judgePath({
      before: record.verdict,
      through: record.check,
      direct: directState(node, record.endpoint.port),
    });
    if (verdict === record.verdict) continue;
    vips.turn(record.endpoint, record.verdict, verdict, now);
    events.push(pathEvent(record, verdict, now));
    record.verdict = verdict;
    record.verdictSince = now;
  }
  return events;
}

export function* evidenceOf(node: NodeRecord, vips: VipBook, now: number): Generator<Evidence> {
  for (const record of node.endpoints) yield evidenceFrom(record, vips, now);
}

/**
 * Media ports of the workers that answer, and of which nothing speaks but what speaks of other workers: what lives
 * on these goes on, be the node as bad as the worst of the others. An HTTP status that says the node is not well
 * sums up its workers, and so speaks of none.
 */
export function servingPorts(node: NodeRecord, vips: VipBook, now: number): Set<number> {
  const ports = new Set<number>();
  for (const { endpoint, check } of node.endpoints) {
    if (endpoint.check === 'stun' && check.state === 'up') ports.add(endpoint.port);
  }
  for (const port of ports) {
    const concerned = node.endpoints.filter((record) => concerns(record, port));
    const evidence = concerned.map((record) => evidenceFrom(record, vips, now));
    if (combine(evidence).state === 'down') ports.delete(port);
  }
  return ports;
}

function concerns({ endpoint, check }: EndpointRecord, port: number): boolean {
  switch (endpoint.check) {
    case 'stun':
    case 'vip-stun':
      return endpoint.port === port;
    case 'http':
      return check.cause !== 'says-down';
    case 'heartbeat':
    case 'janus':
    case 'tcp':
      return true;
  }
}

function evidenceFrom(record: EndpointRecord, vips: VipBook, now: number): Evidence {
  const { check, endpoint, verdict } = record;
  if (!isPath(record)) return { ...check, effect: endpoint.effect };
  const patience = PATIENCE * endpoint.interval;
  const sure = now - record.verdictSince >= patience && vips.works(record.endpoint, now - patience);
  const state = pathEffect(verdict, sure);
  // A verdict rests on answers: of this worker, of another one, or through other paths.
  return { state, proven: true, effect: endpoint.effect, why: `${WORDS[verdict]}: ${check.why}` };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  fine: 'fine through the VIP',
  dead: 'answers directly, but not through the VIP',
  'wrong-node': 'the VIP leads elsewhere',
  unproven: 'nothing known of the way through the VIP',
  unknown: 'nothing known of the way through the VIP',
};

function pathsOf(node: NodeRecord, changed: EndpointRecord): PathRecord[] {
  const { endpoint } = changed;
  if (isPath(changed)) return [changed];
  return endpoint.check === 'stun'
    ? node.endpoints.filter(isPath).filter((path) => path.endpoint.port === endpoint.port)
    : [];
}

/** The best of the direct checks of one worker: it answers if it does by any transport. */
function directState(node: NodeRecord, port: number): HealthState {
  const states = node.endpoints
    .filter(({ endpoint }) => endpoint.check === 'stun' && endpoint.port === port)
    .map(({ check }) => check.state);
  return states.includes('up') ? 'up' : (states[0] ?? 'unknown');
}

function pathEvent({ endpoint, verdict, check, last }: PathRecord, to: Verdict, now: number): PathEvent {
  const { node, vip, address, port, transport } = endpoint;
  const outcome = last?.outcome;
  return {
    type: `path.${to}`,
    verdict: to,
    at: now,
    node,
    vip,
    address: address.text,
    port,
    transport,
    from: verdict,
    why: check.why,
    hint: VERDICT_TEXTS[to].hint,
    ...(outcome?.kind === 'failure' &&
      outcome.answeredBy !== undefined && { answeredBy: outcome.answeredBy }),
  };
}
