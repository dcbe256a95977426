/** A structured line about a request: its id, and the room that it is about. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './problem.ts';

/**
 * Those that failed are told always. All others only for debugging: at full load a line would cost more than
 * the answer.
 */
export function installRequestLog(app: FastifyInstance, level: string | undefined): void {
  if (level === undefined || level === 'silent') return;
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.statusCode >= 500) request.log.warn(factsOf(request, reply), 'failed to answer');
    else if (level === 'debug') request.log.debug(factsOf(request, reply), 'answered');
    done();
  });
}

function factsOf(request: FastifyRequest, reply: FastifyReply): Record<string, unknown> {
  return {
    reqId: request.id,
    method: request.method,
    // Without the query, where somebody may have put a secret.
    path: pathOf(request),
    ...roomOf(request),
    status: reply.statusCode,
    ms: reply.elapsedTime,
    ...request.trace?.ids,
  };
}

function roomOf({ params }: FastifyRequest): { readonly room?: string } {
  if (typeof params !== 'object' || params === null || !('room' in params)) return {};
  return { room: String(params.room) };
}
