/** Prometheus metrics of one media node. Labels: its own ports, its configured dispatchers, fixed words. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { WORKER_STATES, type NodeStatus } from './protocol.ts';
import type { StunOutcome } from './stun-responder.ts';

export interface NodeMetrics {
  readonly registry: Registry;
  readonly stun: Counter<'result'>;
  readonly deaths: Counter<'port'>;
}

export interface NodeMetricsSources {
  readonly status: () => NodeStatus;
  readonly dispatchers: () => readonly { readonly url: string; readonly connected: boolean }[];
}

const STUN_OUTCOMES: readonly StunOutcome[] = ['answered', 'refused', 'unhealthy', 'limited', 'ignored'];

export function createNodeMetrics({ status, dispatchers }: NodeMetricsSources): NodeMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const perWorker = (
    name: string,
    help: string,
    value: (worker: NodeStatus['workers'][number]) => number | null,
  ) =>
    new Gauge({
      name: `roomlb_media_${name}`,
      help,
      labelNames: ['port'],
      registers,
      collect() {
        this.reset();
        for (const worker of status().workers) {
          const found = value(worker);
          if (found !== null) this.set({ port: String(worker.port) }, found);
        }
      },
    });

  new Gauge({
    name: 'roomlb_media_healthy',
    help: '1 while every worker has answered STUN lately, as GET /health says.',
    registers,
    collect() {
      this.set(status().healthy ? 1 : 0);
    },
  });
  new Gauge({
    name: 'roomlb_media_draining',
    help: '1 while the node opens no rooms and waits for the last one to end.',
    registers,
    collect() {
      this.set(status().phase === 'draining' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'roomlb_media_worker_state',
    help: '1 for the state that the worker is in.',
    labelNames: ['port', 'state'],
    registers,
    collect() {
      for (const worker of status().workers) {
        for (const state of WORKER_STATES) {
          this.set({ port: String(worker.port), state }, worker.state === state ? 1 : 0);
        }
      }
    },
  });
  perWorker('rooms', 'Live rooms, by worker.', ({ rooms }) => rooms);
  perWorker('participants', 'Participants, by worker.', ({ participants }) => participants);
  perWorker('producers', 'Producers, by worker.', ({ producers }) => producers);
  perWorker('consumers', 'Consumers, by worker.', ({ consumers }) => consumers);
  perWorker('worker_cpu_ratio', 'Share of one core that the worker used of late.', ({ cpu }) => cpu);
  perWorker(
    'worker_loop_delay_seconds',
    'Time that the worker takes to answer on its control channel.',
    ({ loopDelay }) => (loopDelay === null ? null : loopDelay / 1000),
  );
  perWorker(
    'worker_last_answer_seconds',
    'Time since the worker last answered STUN on its media port.',
    ({ lastAnswer }) => lastAnswer,
  );
  new Gauge({
    name: 'roomlb_media_dispatcher_connected',
    help: '1 while heartbeats reach the dispatcher.',
    labelNames: ['dispatcher'],
    registers,
    collect() {
      for (const { url, connected } of dispatchers()) this.set({ dispatcher: url }, connected ? 1 : 0);
    },
  });

  const stun = new Counter({
    name: 'roomlb_media_stun_requests_total',
    help: 'Packets to the plain STUN responder, by what became of them.',
    labelNames: ['result'],
    registers,
  });
  for (const result of STUN_OUTCOMES) stun.inc({ result }, 0);
  const deaths = new Counter({
    name: 'roomlb_media_worker_deaths_total',
    help: 'Worker processes that died, by port.',
    labelNames: ['port'],
    registers,
  });
  return { registry, stun, deaths };
}
