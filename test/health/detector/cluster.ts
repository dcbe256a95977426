/** A made-up cluster in front of a detector, with a clock that goes when told. */
import { DEFAULT_HEALTH, type DetectorConfig } from '../../../src/topology/health/config.ts';
import { Detector } from '../../../src/health/detector/detector.ts';
import type { DetectorSnapshot } from '../../../src/health/detector/snapshot.ts';
import type { Endpoint } from '../../../src/health/endpoint.ts';
import type { HealthEvent } from '../../../src/health/events.ts';
import { address } from '../endpoints.ts';
import { letterOf, outcome } from './letters.ts';

export const START = 1_700_000_000_000;
const INTERVAL = 2000;

/** Rise 2, fall 3, and none of the rest unless a test asks for it. */
export const PLAIN: DetectorConfig = {
  rise: 2,
  fall: 3,
  damping: null,
  panicThreshold: null,
  panicWindow: DEFAULT_HEALTH.panicWindow,
  panicSettle: DEFAULT_HEALTH.panicSettle,
  slowStart: 0,
};

const base = { interval: INTERVAL, timeout: 1000, transport: 'udp' } as const;

/** A node's direct check; `sfu-1` has the address 10.0.0.1 and port 40001. */
export function direct(node: string): Endpoint {
  const index = Number(node.replace(/\D/g, ''));
  const at = address(`10.0.0.${index}`);
  return {
    ...base,
    id: `${node}/stun`,
    node,
    check: 'stun',
    effect: 'down',
    address: at,
    port: 40_000 + index,
  };
}

/** The same node's port at the VIP. */
export function path(node: string, at = '192.0.2.10'): Endpoint {
  const port = 40_000 + Number(node.replace(/\D/g, ''));
  const where = { vip: 'public', address: address(at), port };
  return { ...base, ...where, id: `${node}/vip-stun`, node, check: 'vip-stun', effect: 'suspect' };
}

export const names = (count: number) => Array.from({ length: count }, (_, i) => `sfu-${i + 1}`);

export class Cluster {
  now = START;
  detector: Detector;
  readonly events: HealthEvent[] = [];
  #endpoints: readonly Endpoint[];
  #config: DetectorConfig;

  constructor(config: Partial<DetectorConfig>, endpoints: readonly Endpoint[]) {
    this.#config = { ...PLAIN, ...config };
    this.#endpoints = endpoints;
    this.detector = new Detector(this.#config, endpoints, this.now);
  }

  /** One round: each endpoint gets its letter (of the one string, in order; a single letter is for all). */
  round(letters: string): string {
    for (const [i, { id }] of this.#endpoints.entries()) {
      const letter = letters.length === 1 ? letters : letters.charAt(i);
      this.events.push(...this.detector.observe(id, outcome(letter), this.now));
    }
    this.wait(INTERVAL);
    return this.states();
  }

  wait(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 1000);
      this.events.push(...this.detector.tick(this.now));
    }
  }

  states(): string {
    return [...this.detector.states().values()].map(letterOf).join('');
  }

  configure(config: Partial<DetectorConfig>, endpoints = this.#endpoints): void {
    this.#config = { ...this.#config, ...config };
    this.#endpoints = endpoints;
    this.events.push(...this.detector.configure(this.#config, endpoints, this.now));
  }

  restart(): void {
    const stored: unknown = JSON.parse(JSON.stringify(this.detector.snapshot()));
    this.detector = new Detector(this.#config, this.#endpoints, this.now, stored as DetectorSnapshot);
  }

  /** Events since the last call, as `type` or for nodes `type node letter→letter`. */
  told(): string[] {
    return this.events.splice(0).map((event) => {
      if (event.type === 'node.state') return `${event.node} ${letterOf(event.from)}→${letterOf(event.to)}`;
      if (event.type === 'node.weight') return `${event.node} × ${event.factor}`;
      return 'node' in event ? `${event.type} ${event.node}` : event.type;
    });
  }
}
