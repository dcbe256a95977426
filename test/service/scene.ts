/** A dispatcher with everything around it, but for probes, which answer as told, and a clock that goes when told. */
import type { TestContext } from 'node:test';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import type { Endpoint } from '../../src/health/endpoint.ts';
import type { Outcome } from '../../src/health/outcome.ts';
import type { Probes } from '../../src/health/probe.ts';
import { heartbeatProbe } from '../../src/health/probes/heartbeat.ts';
import { stunProbe } from '../../src/health/probes/stun.ts';
import type { ProbeSources } from '../../src/health/probes/registry.ts';
import type { PeriodicOptions } from '../../src/schedule/trigger.ts';
import { Service, type ServiceOptions } from '../../src/service/service.ts';
import { memoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/store.ts';
import { outcome } from '../health/detector/letters.ts';
import { FakeClock } from '../health/fake-clock.ts';
import { parse, SMALL } from '../fixtures/cluster.ts';
import { helloSaid } from '../nodes/said.ts';

export class Scene {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly events: AnyEvent[] = [];
  readonly warnings: unknown[] = [];
  /** What is to be done at times, until it is ended. */
  readonly schedules = new Set<PeriodicOptions>();
  /** What was probed, by sending. */
  readonly sent: Endpoint[] = [];
  /** Letters of outcomes by id of the endpoint, `node/check/port`, `node/check` or node; else all is well. */
  readonly answers = new Map<string, string>();
  service!: Service;

  constructor(store: Store = memoryStore(), clock = new FakeClock()) {
    this.store = store;
    this.clock = clock;
  }

  async start(t: TestContext, text = SMALL, options: Partial<ServiceOptions> = {}): Promise<this> {
    const events = new EventBus((error) => {
      throw error;
    });
    events.listen((event) => this.events.push(event));
    this.service = await Service.start({
      store: this.store,
      topology: parse(text),
      events,
      logger: { warn: (members: unknown) => void this.warnings.push(members) },
      sending: true,
      clock: this.clock,
      probes: (sources) => this.#probes(sources),
      periodically: (each) => {
        this.schedules.add(each);
        return () => Promise.resolve(void this.schedules.delete(each));
      },
      ...options,
    });
    t.after(() => this.service.stop());
    return this;
  }

  /** What is said by a node that is connected. */
  connect(more: Parameters<typeof helloSaid>[0] = {}) {
    const { registry } = this.service;
    const node = more.node ?? 'sfu-1';
    const link = { close: () => undefined };
    registry.hello(node, link, helloSaid(more));
    return {
      say: (message: Parameters<typeof registry.receive>[2]) => registry.receive(node, link, message),
      cut: () => registry.closed(node, link, 'cut', false),
    };
  }

  /** What was begun comes to its end, in far less than an interval. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await new Promise(setImmediate);
      await this.clock.go(30);
    }
  }

  state(node: string): string {
    return this.service.dispatcher.snapshot.view.health.get(node) ?? 'unknown';
  }

  told(type: AnyEvent['type']): AnyEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  #probes(sources: ProbeSources): Probes {
    const run = (endpoint: Endpoint): Promise<Outcome> => {
      this.sent.push(endpoint);
      const { node, check } = endpoint;
      const port = 'port' in endpoint ? endpoint.port : 0;
      const letter =
        this.answers.get(endpoint.id) ??
        this.answers.get(`${node}/${check}/${port}`) ??
        this.answers.get(`${node}/${check}`) ??
        this.answers.get(node) ??
        '.';
      return Promise.resolve(outcome(letter));
    };
    const probe = <C extends Endpoint['check']>(check: C) => ({ check, run });
    const known = stunProbe(sources);
    return {
      // Those that nobody answers are as they are; the others answer as told.
      stun: {
        check: 'stun',
        run: (endpoint) =>
          sources.credentials.of(endpoint.node, endpoint.port) ? run(endpoint) : known.run(endpoint),
      },
      heartbeat: heartbeatProbe(sources),
      'vip-stun': probe('vip-stun'),
      janus: probe('janus'),
      http: probe('http'),
      tcp: probe('tcp'),
    };
  }
}
