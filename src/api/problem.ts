/** Errors as RFC 9457 problem details (`application/problem+json`). */
import type { ErrorObject } from 'ajv';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { StoreFull, StoreUnavailable } from '../store/store.ts';
import { tellRequestId } from './request-id.ts';
import { describeFault, requestFaults } from './request-faults.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Thrown by routes; the error handler turns it into the answer. */
export class Problem extends Error {
  override readonly name = 'Problem';

  /**
   * @param status HTTP status
   * @param kind last part of the problem's type URI, kebab-case and stable: scripts match on it
   * @param detail what happened to this request, and what to do about it
   * @param members further members of the body (RFC 9457 §3.2)
   */
  constructor(
    readonly status: number,
    readonly kind: string,
    readonly detail: string,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

/** @param instance path of the request, where there is one */
export function problemBody(problem: Problem, instance?: string): Record<string, unknown> {
  return {
    type: `urn:roomlb:problem:${problem.kind}`,
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.detail,
    ...(instance !== undefined && { instance }),
    ...problem.members,
  };
}

/** Error handler of the server, for errors of the framework itself too (a URL that cannot be decoded). */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(toProblem(error, request), request, reply);
}

export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const detail = `there is no ${request.method} ${pathOf(request)}; /docs lists what there is`;
    send(new Problem(404, 'no-such-route', detail), request, reply);
  });
}

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  // Of what the framework itself refuses, no hook has told it.
  tellRequestId(request, reply);
  void reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify(problemBody(problem, pathOf(request))));
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) {
    return new Problem(
      503,
      'store-unavailable',
      `the store does not answer: ${error.message}; try again later`,
    );
  }
  if (error instanceof StoreFull)
    return new Problem(503, 'store-full', `${error.message}; see --store-max-claims`);
  if (error.validation) {
    const faults = requestFaults(error.validationContext ?? 'request', error.validation as ErrorObject[]);
    const detail = faults[0] ? describeFault(faults[0]) : error.message;
    return new Problem(400, 'invalid-request', detail, { faults });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return new Problem(status, 'invalid-request', error.message);
  // What went wrong inside is for the log, not for whoever asked.
  request.log.error({ reqId: request.id, err: error }, 'request failed');
  return new Problem(status, 'internal-error', 'the dispatcher failed to answer; its log says why');
}

/** Without the query. */
export /** Without the query, where some clients put what is to be secret. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}
