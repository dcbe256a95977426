import type { Probe } from '../probe.ts';
import type { Heartbeat, HeartbeatSource } from '../sources.ts';
import type { Outcome } from '../outcome.ts';

/**
 * Sends nothing: looks at what the node said of itself last, and how long ago. A node that has never sent a
 * heartbeat is none that sends them, so its silence says nothing.
 *
 * @param now milliseconds, on the same clock as `Heartbeat.at`
 */
export function heartbeatProbe(sources: {
  readonly heartbeats: HeartbeatSource;
  readonly now: () => number;
}): Probe<'heartbeat'> {
  return {
    check: 'heartbeat',
    run({ node, maxAge }) {
      const last = sources.heartbeats.last(node);
      if (!last) return Promise.resolve({ kind: 'skipped', why: 'the node has never sent a heartbeat' });
      return Promise.resolve(heartbeatOutcome(last, sources.now() - last.at, maxAge));
    },
  };
}

/**
 * The same for a report that has just arrived (`age` 0), which need not wait for the next round.
 *
 * @param age of the heartbeat, and maxAge: milliseconds
 */
export function heartbeatOutcome(last: Heartbeat, age: number, maxAge: number): Outcome {
  const detail = last.detail ?? {};
  switch (last.state) {
    case 'left':
      return { kind: 'failure', reason: 'says-down', why: last.why ?? 'the node has left' };
    case 'failing':
    case 'draining':
    case 'serving':
      if (age > maxAge) return { kind: 'timeout', why: `the last heartbeat is ${Math.round(age)} ms old` };
  }
  if (last.state === 'failing') {
    return { kind: 'failure', reason: 'says-down', why: last.why ?? 'the node says that it is failing' };
  }
  if (last.state === 'draining') {
    return { kind: 'busy', rtt: 0, why: last.why ?? 'the node is draining', detail };
  }
  return { kind: 'ok', rtt: 0, detail };
}
