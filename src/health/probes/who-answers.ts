/** Who is behind an address and port? Asked when it is not who should be. */
import { performance } from 'node:perf_hooks';
import {
  answerTo,
  bindingRequest,
  judge,
  openTcp,
  openUdp,
  type ExchangeTarget,
} from '../../stun/exchange.ts';
import type { WorkerCredentials } from '../sources.ts';

/**
 * The worker that answers there, or undefined. A worker is silent to a user name that isn't its own, so all
 * candidates are asked at once, each by its own credentials, from one fresh socket: whoever is there answers
 * the one question that is signed with its key, and that signature proves it. Never rejects.
 *
 * @param timeout milliseconds
 */
export function whoAnswers(
  target: ExchangeTarget,
  candidates: readonly WorkerCredentials[],
  timeout: number,
): Promise<WorkerCredentials | undefined> {
  if (candidates.length === 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const start = performance.now();
    const questions = candidates.map((worker) => ({ worker, ...bindingRequest(worker) }));
    const finish = (worker: WorkerCredentials | undefined) => {
      clearTimeout(timer);
      link.close();
      resolve(worker);
    };
    const link = (target.transport === 'udp' ? openUdp : openTcp)(target, {
      packet(bytes) {
        for (const { worker, transactionId, password } of questions) {
          const answer = answerTo(transactionId, bytes);
          if (!answer) continue;
          const result = judge(answer, bytes, password, performance.now() - start);
          if (result.kind === 'success') finish(worker);
          return;
        }
      },
      failed: () => finish(undefined),
    });
    const timer = setTimeout(() => finish(undefined), timeout);
    for (const { packet } of questions) link.send(packet);
  });
}
