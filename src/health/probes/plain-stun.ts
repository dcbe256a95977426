import { exchange, plainBindingRequest } from '../../stun/exchange.ts';
import type { StunEndpoint } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import { outcomeOf } from './stun.ts';

/**
 * A plain Binding over UDP, as a monitor on a switch sends it: to the responder beside a media node's workers, or
 * any other STUN server. None of a topology's checks, since it proves no worker; for the command line.
 */
export async function plainStun(
  endpoint: Pick<StunEndpoint, 'address' | 'port' | 'timeout'>,
): Promise<Outcome> {
  const { address, port, timeout } = endpoint;
  const target = { transport: 'udp', address: address.text, port } as const;
  return outcomeOf(await exchange(target, plainBindingRequest(), timeout), { ...endpoint, transport: 'udp' });
}
