/** What is read again while a command runs: when a file changes, and on SIGHUP. */
import type { Logger } from 'pino';
import { followFiles } from '../files/follow.ts';

export interface Reloadable {
  /** For the log: `tokens /etc/roomlb/tokens`. */
  readonly what: string;
  readonly files: readonly string[];
  /** Takes over what the files have now; where it throws, what was there before holds. */
  readonly reload: () => Promise<void>;
}

/** @returns how to stop */
export function keepReloading(reloadables: readonly Reloadable[], logger: Logger): () => void {
  const again = async ({ what, reload }: Reloadable): Promise<void> => {
    try {
      await reload();
      logger.info(`read again: ${what}`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ reason }, `cannot be read again, so the former ones hold: ${what}`);
    }
  };
  const unfollow = reloadables.map((one) => followFiles(one.files, () => void again(one)));
  const hangUp = () => reloadables.forEach((one) => void again(one));
  process.on('SIGHUP', hangUp);
  return () => {
    process.off('SIGHUP', hangUp);
    for (const stop of unfollow) stop();
  };
}
