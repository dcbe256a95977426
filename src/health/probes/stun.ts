import { bindingRequest, exchange, type ExchangeResult, type IceCredentials } from '../../stun/exchange.ts';
import type { StunEndpoint, VipStunEndpoint } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { Probe } from '../probe.ts';
import type { CredentialSource } from '../sources.ts';
import { socketError } from './socket-error.ts';

/**
 * A signed Binding to a worker's media port, from a fresh source port each time (mediasoup treats a known one
 * differently), against the transport that the node keeps for being probed. Only the worker's own event loop
 * can answer it: a hung worker, whose kernel still completes TCP connections, is silent here.
 */
export function stunProbe({ credentials }: { readonly credentials: CredentialSource }): Probe<'stun'> {
  return {
    check: 'stun',
    async run(endpoint) {
      const known = credentials.of(endpoint.node, endpoint.port);
      if (known) return outcomeOf(await ask(endpoint, known), endpoint);
      const why = credentials.dead?.(endpoint.node, endpoint.port);
      return why === undefined ? noCredentials(endpoint) : { kind: 'failure', reason: 'says-down', why };
    },
  };
}

export function ask(
  { transport, address, port, timeout }: StunEndpoint | VipStunEndpoint,
  credentials: IceCredentials,
): Promise<ExchangeResult> {
  return exchange({ transport, address: address.text, port }, bindingRequest(credentials), timeout);
}

export function noCredentials({ port }: StunEndpoint | VipStunEndpoint): Outcome {
  return { kind: 'skipped', why: `the node has told no probe credentials for port ${port}` };
}

/**
 * What an answer to the worker's own credentials means. Every answer but a success by its own signature is
 * definite evidence: whoever answers there is not the worker that the node told of.
 */
export function outcomeOf(
  result: ExchangeResult,
  { port, timeout, transport }: Pick<StunEndpoint, 'port' | 'timeout' | 'transport'>,
): Outcome {
  switch (result.kind) {
    case 'success': {
      const { address, port: mappedPort } = result.mappedAddress;
      return { kind: 'ok', rtt: result.rtt, detail: { mappedAddress: address, mappedPort } };
    }
    case 'foreign':
      return {
        kind: 'failure',
        reason: 'wrong-answer',
        why: "the answer is not signed with this worker's key",
      };
    case 'incomplete':
      return { kind: 'failure', reason: 'wrong-answer', why: 'the answer has no XOR-MAPPED-ADDRESS' };
    case 'error':
      return {
        kind: 'failure',
        reason: 'wrong-answer',
        why: `STUN error ${result.code}: ${inWords(result)}`,
      };
    case 'silence':
      return { kind: 'timeout', why: silence(port, timeout, transport, result.strays) };
    case 'socket':
      return socketError(result.code);
  }
}

/** The codes that mediasoup sends, and what they tell about a probe that is right. */
function inWords({ code, reason }: { code: number; reason: string }): string {
  if (code === 401)
    return 'it knows the user name but not the password, so it is another worker, or an old one';
  if (code === 487) return 'role conflict: that is no media server';
  return reason === '' ? 'no reason given' : JSON.stringify(reason);
}

function silence(port: number, timeout: number, transport: string, strays: number): string {
  const asked = `no answer to STUN from ${transport} port ${port} within ${timeout} ms`;
  return strays === 0 ? asked : `${asked}, but ${strays} packets that were none`;
}
