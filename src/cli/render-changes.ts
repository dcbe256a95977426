/** `roomlb render TARGET --from OLD`: what is typed into a device to take it from one topology to another. */
import type { Intent } from '../intent/model.ts';
import { changesText } from '../targets/changes-text.ts';
import type { Target } from '../targets/target.ts';
import { readSnapshot } from './context.ts';
import { CliError, EXIT } from './exit.ts';
import { printJson, type Io } from './output.ts';
import { writeFiles } from './write-files.ts';

export interface ChangesOptions {
  readonly topology: string;
  /** The topology before. */
  readonly from: string;
  /** The way back instead. */
  readonly back?: true;
  /** Writes both ways into this folder. */
  readonly out?: string;
  readonly json?: true;
}

/** @throws CliError bad input, where the target is no device that is changed by commands */
export async function renderChanges(io: Io, target: Target, options: ChangesOptions): Promise<void> {
  const changing = changedByCommands(target);
  if (options.from === '-' && options.topology === '-')
    throw new CliError(EXIT.badInput, 'only one of the two topologies can be standard input');
  const old = (await readSnapshot(io, options.from)).intent;
  const now = (await readSnapshot(io, options.topology)).intent;
  const [from, to] = options.back ? [now, old] : [old, now];
  const text = (a: Intent, b: Intent) => changesText(changing, a, b);
  if (options.out !== undefined) {
    const files = [
      { path: 'change.txt', content: text(old, now) },
      { path: 'back.txt', content: text(now, old) },
    ];
    await writeFiles(files, options.out);
  }
  if (options.json) {
    const { between } = changing.changes;
    const revisions = { from: from.revision, to: to.revision };
    printJson(io, { target: target.name, ...revisions, ...between(from, to), back: between(to, from) });
  } else if (options.out === undefined) io.out(text(from, to));
}

type Changing = Target & { readonly changes: NonNullable<Target['changes']> };

function changedByCommands(target: Target): Changing {
  const { name, changes, driver } = target;
  if (changes) return { ...target, changes };
  const instead = driver ? 'see what a live one would change with roomlb plan' : 'render it whole';
  throw new CliError(EXIT.badInput, `${name} is not changed by commands, but by a new file: ${instead}`);
}
