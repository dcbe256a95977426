import type { Outcome } from '../outcome.ts';
import type { Probe } from '../probe.ts';
import type { HttpEndpoint } from '../endpoint.ts';
import { askHttp } from './http-request.ts';

/** A GET, whose status and body must be right. A 503 is the node's own word that it can't serve. */
export function httpProbe(): Probe<'http'> {
  return {
    check: 'http',
    async run(endpoint) {
      const result = await askHttp(endpoint);
      return result.kind === 'none' ? result.outcome : judge(endpoint, result);
    },
  };
}

function judge(
  { path, status: wanted, body: part }: HttpEndpoint,
  { status, body, rtt }: { status: number; body: string; rtt: number },
): Outcome {
  const fine = wanted.length === 0 ? status >= 200 && status <= 299 : wanted.includes(status);
  if (!fine) {
    const reason = status >= 500 ? 'says-down' : 'wrong-answer';
    return { kind: 'failure', reason, why: `GET ${path} answered ${status}` };
  }
  if (part !== null && !body.includes(part)) {
    return {
      kind: 'failure',
      reason: 'wrong-answer',
      why: `GET ${path} answered ${status} without ${JSON.stringify(part)} in its body`,
    };
  }
  return { kind: 'ok', rtt, detail: { status } };
}
