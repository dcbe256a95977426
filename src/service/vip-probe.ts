/**
 * Asks through VIPs before a change and after it. What is silent afterwards is asked again for a while, and then
 * whoever is behind it directly: a change is not to blame for a node that died meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StunEndpoint } from '../health/endpoint.ts';
import type { Probes } from '../health/probe.ts';
import { askHttp } from '../health/probes/http-request.ts';
import type { VipProbe } from '../reconcile/carry-out.ts';
import type { Topology } from '../topology/model.ts';
import { vipEndpoints, type SignallingEndpoint, type VipEndpoint } from './vip-endpoints.ts';

export interface VipProbeOptions {
  readonly topology: () => Topology;
  /** Null where the credentials of workers are not known: then media is not asked. */
  readonly stun: Probes['stun'] | null;
  /** Before a change, only what answers in a moment counts: rules of a node that has died shall not wait. */
  readonly hurry: boolean;
}

/** Milliseconds. */
const MOMENT = 100;
/** Afterwards: an engine that was just reloaded may need a breath. Milliseconds. */
const ROUNDS = 3;
const PAUSE = 200;
/** What a proxy says in the place of who does not answer it. */
const GATEWAY = [502, 503, 504];

/** Knows of nothing where the topology's health checks are off. */
export function vipProbe({ topology, stun, hurry }: VipProbeOptions): VipProbe {
  const answersStun = async (endpoint: StunEndpoint, timeout: number): Promise<boolean> => {
    const outcome = await stun?.run({ ...endpoint, timeout });
    return outcome?.kind === 'ok' || outcome?.kind === 'busy';
  };
  const answers = (endpoint: VipEndpoint, timeout: number): Promise<boolean> =>
    endpoint.kind === 'media' ? answersStun(endpoint.through, timeout) : answersHttp(endpoint, timeout);

  const silentOf = async (asked: readonly VipEndpoint[], timeout: number): Promise<VipEndpoint[]> => {
    const answered = await Promise.all(asked.map((endpoint) => answers(endpoint, timeout)));
    return asked.filter((_, i) => !answered[i]);
  };

  const lostOf = async (asked: readonly VipEndpoint[], timeout: number): Promise<VipEndpoint[]> => {
    let silent = await silentOf(asked, timeout);
    for (let round = 2; silent.length > 0 && round <= ROUNDS; round++) {
      await sleep(PAUSE);
      silent = await silentOf(silent, timeout);
    }
    const well = await Promise.all(
      silent.map(async (one) => one.kind === 'signalling' || (await answersStun(one.direct, timeout))),
    );
    return silent.filter((_, i) => well[i]);
  };

  return async (intent, { nodes, only }) => {
    const now = topology();
    if (!now.health.enabled) return new Map();
    const endpoints = vipEndpoints(intent, now, nodes).filter(({ kind }) => kind === 'signalling' || stun);
    const asked = endpoints.filter(({ name }) => only?.has(name) ?? true);
    const { timeout } = now.health;
    const failing = await (only
      ? lostOf(asked, timeout)
      : silentOf(asked, hurry ? Math.min(MOMENT, timeout) : timeout));
    return new Map(asked.map((endpoint) => [endpoint.name, !failing.includes(endpoint)]));
  };
}

/** Whoever answers, with whatever but a gateway's excuse, is there. */
async function answersHttp(
  { address, port, tls, host }: SignallingEndpoint,
  timeout: number,
): Promise<boolean> {
  const result = await askHttp({ address, port, timeout, path: '/', tls, host });
  return result.kind === 'answer' && !GATEWAY.includes(result.status);
}
