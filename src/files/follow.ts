import { unwatchFile, watchFile, type StatsListener } from 'node:fs';

/** Milliseconds between two looks. */
const INTERVAL = 2000;

/**
 * Tells when any of the files is another than before: changed, replaced, or behind another link. It looks rather
 * than be told, since what is mounted into containers changes without a word. Holds no process up.
 *
 * @returns how to stop
 */
export function followFiles(files: readonly string[], onChange: () => void, interval = INTERVAL): () => void {
  const listener: StatsListener = (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) onChange();
  };
  for (const file of files) watchFile(file, { interval, persistent: false }, listener);
  return () => {
    for (const file of files) unwatchFile(file, listener);
  };
}
