import { open } from 'node:fs/promises';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { AuditEntry } from '../api/audit.ts';
import { CliError, EXIT } from './exit.ts';
import type { Reloadable } from './reloading.ts';

export interface AuditLog {
  readonly write: (entry: AuditEntry) => void;
  /** On SIGHUP the file is opened anew, as those who rotate logs expect. */
  readonly reloadable: Reloadable;
  readonly close: () => void;
}

/** Its owner's alone. */
const MODE = 0o600;

/**
 * JSON lines, appended to a file that is its owner's alone if it is new.
 *
 * @throws CliError where it cannot be opened
 */
export function openAuditLog(file: string, logger: Logger): AuditLog {
  const destination = opened(file);
  destination.on('error', (err: unknown) => logger.error({ err }, 'the audit log cannot be written'));
  return {
    write: (entry) => void destination.write(`${JSON.stringify(entry)}\n`),
    reloadable: {
      what: `audit log ${file}`,
      files: [],
      async reload() {
        // Where it cannot be opened, entries go on to the former one, to wherever that was moved.
        await (await open(file, 'a', MODE)).close();
        destination.reopen();
      },
    },
    close: () => destination.end(),
  };
}

function opened(file: string) {
  try {
    return pino.destination({ dest: file, append: true, mode: MODE, sync: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(EXIT.unreachable, `--audit-log ${file}: ${why}`, { cause });
  }
}
