import { exchange } from '../../../http/exchange.ts';
import { isRecord } from '../../../json.ts';
import { failed, ok, warning, type Check } from '../check.ts';

/** Milliseconds. */
const TIMEOUT = 5000;

export const dispatcher: Check = {
  name: 'dispatcher',
  async run({ dispatcher: url }) {
    const answer = await exchange(new URL(`${url}/readyz`), { method: 'GET', timeout: TIMEOUT }).catch(
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    );
    if (typeof answer === 'string')
      return [
        failed(
          `${url} does not answer: ${answer}`,
          'start it (roomlb serve), or name another by --dispatcher',
        ),
      ];
    if (!answer.ok) return [failed(`${url} is not ready: ${answer.status} ${answer.problem}`, 'see its log')];
    if (isRecord(answer.body) && answer.body.status === 'degraded')
      return [
        warning(
          `${url} goes on without its store: ${String(answer.body.why)}`,
          'mend the store, then it catches up',
        ),
      ];
    return [ok(`${url} is ready`)];
  },
};
