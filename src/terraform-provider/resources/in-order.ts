/** An order between the parts of one apply where Terraform has none. */
import type { DispatcherApi } from '../client/dispatcher-api.ts';
import type { Context } from '../plugin/provider.ts';

/** The object that it is about. */
export interface Subject {
  /** At the dispatcher: `/v1/nodes/sfu-1`. */
  readonly path: string;
  readonly id: string;
  /** In sentences: `node`. */
  readonly word: string;
}

/**
 * Makes something. What another removal of the same apply is in the way of is tried anew once that has ended: a node that
 * has got another name wants the ports of the one that leaves.
 *
 * @throws DiagnosticError
 */
export async function making<T>(
  { path }: Pick<Subject, 'path'>,
  api: DispatcherApi,
  context: Context,
  work: () => Promise<T>,
): Promise<T> {
  const made = await onceOutOfTheWay(api, context, work);
  api.ledger.made(path);
  return made;
}

/**
 * Does it, and again if a removal that is under way was in the way.
 *
 * @param own id of what is removed itself
 * @throws DiagnosticError
 */
export async function onceOutOfTheWay<T>(
  { ledger }: DispatcherApi,
  { stopped }: Context,
  work: () => Promise<T>,
  own?: string,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const removals = ledger.inTheWay(error, own);
    if (removals.length === 0) throw error;
    await Promise.race([Promise.allSettled(removals), aborted(stopped)]);
    if (stopped.aborted) throw error;
    return work();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * Removes something once nothing names it that is on its way out as well: a VIP and its nodes, where the configuration
 * names the one in the others by its text. And not if the same apply has it under another address by now: to remove it
 * would take away what the other address has just been said to have.
 *
 * @throws DiagnosticError
 */
export async function leaving(
  { path, id, word }: Subject,
  api: DispatcherApi,
  context: Context,
  work: () => Promise<void>,
): Promise<void> {
  const { ledger } = api;
  if (!ledger.hasMade(path)) await ledger.leave(id, onceOutOfTheWay(api, context, work, id));
  if (!ledger.hasMade(path)) return;
  context.warn({
    summary: `The ${word} ${JSON.stringify(id)} stays`,
    detail:
      'The same apply has it under another address, as a resource that was renamed does: it is in the state there, and ' +
      'nothing was removed. A moved block says as much, and such a plan neither destroys nor makes anything.',
  });
}
