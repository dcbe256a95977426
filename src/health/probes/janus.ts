import { randomBytes } from 'node:crypto';
import type { JanusEndpoint } from '../endpoint.ts';
import type { Detail, Outcome } from '../outcome.ts';
import type { Probe } from '../probe.ts';
import { askHttp } from './http-request.ts';

/**
 * Janus's own account of itself: `GET /janus/info` (its REST transport). One that does not accept new sessions
 * is busy, not down: its sessions go on. Given the admin secret, the admin API's `list_sessions` tells the
 * load; a failure of that alone is told in the details and is none of the node.
 *
 * @param secret reads a secret file; undefined where it can't be read
 */
export function janusProbe(sources: {
  readonly secret: (file: string) => string | undefined;
}): Probe<'janus'> {
  return {
    check: 'janus',
    async run(endpoint) {
      const path = `${endpoint.path}/info`;
      // Both at once, so that the two together take no longer than the timeout.
      const [result, figures] = await Promise.all([
        askHttp({ ...endpoint, path }),
        load(endpoint, sources.secret),
      ]);
      if (result.kind === 'none') return result.outcome;
      if (result.status !== 200) {
        const reason = result.status >= 500 ? 'says-down' : 'wrong-answer';
        return { kind: 'failure', reason, why: `GET ${path} answered ${result.status}` };
      }
      const info = parseObject(result.body);
      if (info?.janus !== 'server_info') {
        return {
          kind: 'failure',
          reason: 'wrong-answer',
          why: `GET ${path} did not answer with server_info`,
        };
      }
      const detail: Detail = {
        ...(typeof info.version_string === 'string' && { version: info.version_string }),
        ...figures,
      };
      return judge(info, result.rtt, detail);
    },
  };
}

/** An old Janus that doesn't tell accepts sessions: the member came with 1.0. */
function judge(info: Readonly<Record<string, unknown>>, rtt: number, detail: Detail): Outcome {
  if (info['accepting-new-sessions'] === false) {
    return { kind: 'busy', rtt, why: 'Janus does not accept new sessions', detail };
  }
  return { kind: 'ok', rtt, detail };
}

async function load(
  { admin, ...endpoint }: JanusEndpoint,
  secretIn: (file: string) => string | undefined,
): Promise<Detail> {
  if (!admin) return {};
  const secret = secretIn(admin.secretFile);
  if (secret === undefined) return { admin: 'the secret could not be read' };
  const result = await askHttp({
    ...endpoint,
    port: admin.port,
    path: admin.path,
    json: { janus: 'list_sessions', transaction: randomBytes(8).toString('hex'), admin_secret: secret },
  });
  if (result.kind === 'none') return { admin: 'no answer' };
  const answer = parseObject(result.body);
  if (answer?.janus === 'success' && Array.isArray(answer.sessions))
    return { sessions: answer.sessions.length };
  return { admin: 'the question was refused' };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
