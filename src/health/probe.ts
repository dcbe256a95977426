import type { CheckType } from '../topology/health/config.ts';
import type { Endpoint, EndpointOf } from './endpoint.ts';
import type { Outcome } from './outcome.ts';

/**
 * One way of asking an endpoint how it is. `run` never rejects, settles within about twice the endpoint's
 * timeout (once, but for the diagnosis of `vip-stun`), sends to the endpoint's address and to no other, and leaves no socket or timer behind.
 */
export interface Probe<C extends CheckType = CheckType> {
  readonly check: C;
  run(endpoint: EndpointOf<C>): Promise<Outcome>;
}

export type Probes = { readonly [C in CheckType]: Probe<C> };

/** Runs the probe that is the endpoint's. */
export function runProbe(probes: Probes, endpoint: Endpoint): Promise<Outcome> {
  switch (endpoint.check) {
    case 'stun':
      return probes.stun.run(endpoint);
    case 'vip-stun':
      return probes['vip-stun'].run(endpoint);
    case 'tcp':
      return probes.tcp.run(endpoint);
    case 'http':
      return probes.http.run(endpoint);
    case 'janus':
      return probes.janus.run(endpoint);
    case 'heartbeat':
      return probes.heartbeat.run(endpoint);
  }
}
