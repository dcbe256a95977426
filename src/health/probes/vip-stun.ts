import { randomInt } from 'node:crypto';
import type { VipStunEndpoint } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import type { Probe } from '../probe.ts';
import type { CredentialSource, WorkerCredentials } from '../sources.ts';
import { ask, noCredentials, outcomeOf } from './stun.ts';
import { whoAnswers } from './who-answers.ts';

/** Workers that one diagnosis asks: about 9 KB of packets. Where there are more, each asks some by chance. */
export const CANDIDATES_PER_DIAGNOSIS = 64;
/** Diagnoses at once: when a balancer dies, all paths fail together, and none of them leads anywhere. */
const MAX_DIAGNOSES = 4;

/**
 * The same question as `stun`, sent to the VIP: its signature proves that the switch's rule leads to the right
 * worker. A rule that leads to another worker shows as silence, since that one does not know the user name;
 * so silence is followed by asking the others, through the same VIP port, by their credentials.
 *
 * Outcomes: `ok`; `failure` with `wrong-node` (and who answered, where that is found out); `timeout` and
 * `failure` otherwise, which say that the path is broken only if the node itself is well: see
 * `detector/paths.ts`.
 */
export function vipStunProbe(sources: { readonly credentials: CredentialSource }): Probe<'vip-stun'> {
  const { credentials } = sources;
  let running = 0;

  /** First whoever has this very port elsewhere: the likeliest error in a rule that doesn't translate ports. */
  const othersFor = (endpoint: VipStunEndpoint): WorkerCredentials[] => {
    const others = [...credentials.all()].filter(
      ({ node, port }) => node !== endpoint.node || port !== endpoint.port,
    );
    const samePort = others
      .filter(({ port }) => port === endpoint.port)
      .slice(0, CANDIDATES_PER_DIAGNOSIS / 2);
    const rest = others.filter((worker) => !samePort.includes(worker));
    const start = rest.length === 0 ? 0 : randomInt(rest.length);
    return [...samePort, ...rest.slice(start), ...rest.slice(0, start)];
  };

  const diagnose = async (endpoint: VipStunEndpoint): Promise<Diagnosis> => {
    if (running >= MAX_DIAGNOSES) return { worker: undefined, complete: false };
    running++;
    try {
      const { transport, address, port, timeout } = endpoint;
      const others = othersFor(endpoint);
      const asked = others.slice(0, CANDIDATES_PER_DIAGNOSIS);
      const worker = await whoAnswers({ transport, address: address.text, port }, asked, timeout);
      return { worker, complete: asked.length === others.length };
    } finally {
      running--;
    }
  };

  return {
    check: 'vip-stun',
    async run(endpoint) {
      const known = credentials.of(endpoint.node, endpoint.port);
      if (!known) return noCredentials(endpoint);
      const result = await ask(endpoint, known);
      const outcome = outcomeOf(result, endpoint);
      // Refused means that nobody is there at all; an answer in another's name means that somebody is.
      const somebody = result.kind === 'foreign' || result.kind === 'error';
      if (!somebody && result.kind !== 'silence') return outcome;
      const { worker, complete } = await diagnose(endpoint);
      if (worker) return ledTo(worker, endpoint);
      if (outcome.kind === 'timeout') return { ...outcome, nobody: complete };
      return outcome.kind === 'failure' ? { ...outcome, reason: 'wrong-node' } : outcome;
    },
  };
}

/** `complete`: every known worker was asked. */
interface Diagnosis {
  readonly worker: WorkerCredentials | undefined;
  readonly complete: boolean;
}

function ledTo(worker: WorkerCredentials, { node, port }: VipStunEndpoint): Outcome {
  const where = `port ${worker.port} of ${worker.node === node ? 'the same node' : worker.node}`;
  return {
    kind: 'failure',
    reason: 'wrong-node',
    why: `the VIP's port ${port} leads to ${where}`,
    answeredBy: worker.node,
  };
}
