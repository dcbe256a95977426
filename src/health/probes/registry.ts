import type { Probes } from '../probe.ts';
import type { CredentialSource, HeartbeatSource } from '../sources.ts';
import { heartbeatProbe } from './heartbeat.ts';
import { httpProbe } from './http.ts';
import { janusProbe } from './janus.ts';
import { stunProbe } from './stun.ts';
import { tcpProbe } from './tcp.ts';
import { vipStunProbe } from './vip-stun.ts';

export interface ProbeSources {
  readonly credentials: CredentialSource;
  readonly heartbeats: HeartbeatSource;
  /** Milliseconds, on the clock that heartbeats are stamped by. */
  readonly now: () => number;
  /** Reads a secret file; undefined where that fails. */
  readonly secret: (file: string) => string | undefined;
}

/** Every probe there is. */
export function createProbes(sources: ProbeSources): Probes {
  return {
    stun: stunProbe(sources),
    'vip-stun': vipStunProbe(sources),
    heartbeat: heartbeatProbe(sources),
    janus: janusProbe(sources),
    http: httpProbe(),
    tcp: tcpProbe(),
  };
}
