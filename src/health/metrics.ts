/** Prometheus metrics of health checking. Label values come from fixed lists or from the topology: bounded. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Detector } from './detector/detector.ts';
import { VERDICT_TEXTS, VERDICTS, type Verdict } from './detector/paths.ts';
import type { HealthScheduler, ProbeResult } from './scheduler.ts';

const STATES = ['up', 'suspect', 'down', 'unknown'] as const;

/** Registers them, and counts until the returned function is called. */
export function healthMetrics(
  registry: Registry,
  scheduler: HealthScheduler,
  detector: Detector,
): () => void {
  const registers = [registry];
  new Gauge({
    name: 'roomlb_node_health',
    help: 'Nodes by health state.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of STATES) this.set({ state }, 0);
      for (const state of detector.states().values()) this.inc({ state });
    },
  });
  new Gauge({
    name: 'roomlb_health_panic',
    help: '1 while most nodes are silent and states are held.',
    registers,
    collect() {
      this.set(detector.panic ? 1 : 0);
    },
  });
  new Gauge({
    name: 'roomlb_probes_under_way',
    help: 'Probes that wait for an answer.',
    registers,
    collect() {
      this.set(scheduler.stats.underWay);
    },
  });
  const transitions = new Counter({
    name: 'roomlb_node_transitions_total',
    help: 'Changes of a node to a health state.',
    labelNames: ['node', 'state'],
    registers,
  });
  const probes = new Histogram({
    name: 'roomlb_probe_duration_seconds',
    help: 'Time to the answer of a probe, by check. Probes without an answer are only counted.',
    labelNames: ['check'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers,
  });
  const outcomes = new Counter({
    name: 'roomlb_probes_total',
    help: 'Probes by check and outcome; failures by their reason.',
    labelNames: ['check', 'outcome'],
    registers,
  });
  new Counter({
    name: 'roomlb_probe_overruns_total',
    help: 'Rounds left out since the last probe of the endpoint had not ended.',
    registers,
    collect() {
      this.reset();
      this.inc(scheduler.stats.overruns);
    },
  });
  const verdicts = new Map(VERDICTS.map((verdict) => [verdict, verdictCounter(registry, verdict)]));

  const count = ({ endpoint: { check }, outcome }: ProbeResult) => {
    outcomes.inc({ check, outcome: outcome.kind === 'failure' ? outcome.reason : outcome.kind });
    if (outcome.kind === 'ok' || outcome.kind === 'busy') probes.observe({ check }, outcome.rtt / 1000);
  };
  const ends = [
    scheduler.listenToResults(count),
    scheduler.listen((event) => {
      if (event.type === 'node.state') transitions.inc({ node: event.node, state: event.to });
      if ('verdict' in event) verdicts.get(event.verdict)?.inc({ node: event.node, vip: event.vip });
    }),
  ];
  return () => ends.forEach((end) => end());
}

function verdictCounter(registry: Registry, verdict: Verdict): Counter<'node' | 'vip'> {
  const { metric, hint } = VERDICT_TEXTS[verdict];
  return new Counter({
    name: metric,
    help: `Paths through a VIP that were found to be ${verdict}. ${hint}`,
    labelNames: ['node', 'vip'],
    registers: [registry],
  });
}
