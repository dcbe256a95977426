/** One name for a request, in its answer, in the log and in the audit log, so that they can be laid side by side. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const REQUEST_ID = 'x-request-id';

/** What proxies and tracing send: UUIDs, trace ids, base64. Nothing that could mean something to a reader of logs. */
const FINE = /^[A-Za-z0-9._~:+/=-]{1,128}$/;

/**
 * The name that the client or a proxy gave it, if that is harmless; else a new one, which no other dispatcher gives.
 * Random once: a counter is cheaper than randomness for every request.
 */
export function requestIds(): (request: Pick<IncomingMessage, 'headers'>) => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return ({ headers }) => {
    const given = headers[REQUEST_ID];
    return typeof given === 'string' && FINE.test(given) ? given : `${process}-${(++count).toString(36)}`;
  };
}

export function tellRequestId(request: FastifyRequest, reply: FastifyReply): void {
  reply.header(REQUEST_ID, request.id);
}
