/**
 * For engines that RoomLB has no driver for, or cannot reach: it writes a file in any target's dialect, and
 * runs the commands that the topology names, without a shell. What the engine made of it, only the commands'
 * exit codes tell.
 */
import { ofTarget, type Balancer } from '../balancer.ts';
import { DriverError, type Driver, type Plan, type Step } from '../driver.ts';
import { lineDifferences, type Texts } from '../driving/changes.ts';
import { runCommand, whatWasSaid } from '../driving/command.ts';
import { readConfigFile, removeConfigFile, replaceConfigFile } from '../driving/config-file.ts';
import { inTurn } from '../driving/in-turn.ts';
import { clearReloadPending, isReloadPending, markReloadPending } from '../driving/pending-reload.ts';
import { foreignFile, readHeader } from '../header.ts';
import type { Target } from '../target.ts';

/** What the driver compares. */
export interface FileState {
  /** The file's text; null where there is none. */
  readonly file: string | null;
  /** The reload command has yet to be run for it. */
  readonly pending: boolean;
}

export type FileAction =
  /** Null: the file goes. */
  | { readonly do: 'write'; readonly text: string | null }
  /** `before`: what takes the file's place again where the command fails; null: nothing; absent: it stays. */
  | { readonly do: 'reload'; readonly before?: string | null };

/** In arguments of commands: the file that is meant. */
const PLACEHOLDER = '{file}';

/** @param dialect the target that the balancer names as its dialect */
export function fileDriver(balancer: Balancer, dialect: Target): Driver<FileState, FileAction> {
  const { file: wanted, path, checkCommand, reloadCommand, namespace } = ofTarget(balancer, 'file');

  async function run(command: readonly string[], file: string, kind: 'refused' | 'failed'): Promise<void> {
    const [program = '', ...args] = command.map((word) => word.replaceAll(PLACEHOLDER, file));
    const result = await runCommand(program, args, { namespace });
    if (result.code === 0) return;
    // A candidate has a name that nobody will find later.
    const said = whatWasSaid(result).replaceAll(file, path);
    throw new DriverError(kind, `${command.join(' ')} said no to ${path}: ${said}`);
  }

  async function write(text: string | null): Promise<void> {
    if (text === null) {
      if (reloadCommand) await markReloadPending(path);
      return removeConfigFile(path);
    }
    await replaceConfigFile(path, text, async (candidate) => {
      if (checkCommand) await run(checkCommand, candidate, 'refused');
      if (reloadCommand) await markReloadPending(path);
    });
  }

  async function reload({ before }: FileAction & { do: 'reload' }): Promise<void> {
    if (!reloadCommand) return;
    try {
      await run(reloadCommand, path, 'failed');
    } catch (error) {
      if (before === undefined || !(error instanceof DriverError)) throw error;
      throw new DriverError('failed', `${error.message}; ${await restore(before)}`, { cause: error });
    }
    await clearReloadPending(path);
  }

  /** Says how it went. */
  async function restore(before: string | null): Promise<string> {
    if (before === null) await removeConfigFile(path);
    else await replaceConfigFile(path, before);
    try {
      await run(reloadCommand ?? [], path, 'failed');
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      return `the old file is back, but to reload that failed, too: ${error.message}`;
    }
    await clearReloadPending(path);
    return 'the old file is back, and was reloaded';
  }

  return {
    target: 'file',
    where: path,
    stateVersion: 1,

    async read() {
      const pending = reloadCommand !== null && (await isReloadPending(path));
      return { file: await readConfigFile(path), pending };
    },

    desired(intent) {
      const { files } = dialect.render(intent);
      const found = wanted === null ? files[0] : files.find((file) => file.path === wanted);
      return { file: found?.content ?? null, pending: false };
    },

    plan(actual, desired): Plan<FileAction> {
      const foreign = foreignFile(dialect.name, path, actual.file, desired.file);
      return {
        changes: lineDifferences(textsOf(actual), textsOf(desired)).map((difference) => ({
          ...difference,
          node: null,
          disrupts: null,
        })),
        steps: stepsBetween(actual, desired),
        pools: [],
        singlePools: 0,
        foreign: foreign === null ? [] : [foreign],
        notes: [
          ...(wanted !== null && desired.file === null
            ? [
                `nothing is rendered into ${wanted}: roomlb render ${dialect.name} --out DIR shows the names of files`,
              ]
            : []),
          ...(actual.file === desired.file
            ? []
            : [`RoomLB does not look into ${path}, so that no guard counts the members that this removes`]),
        ],
      };
    },

    async apply({ steps }, run) {
      for (const { action } of inTurn(steps, run)) {
        if (action.do === 'write') await write(action.text);
        else await reload(action);
      }
    },
  };

  function stepsBetween(actual: FileState, desired: FileState): Step<FileAction>[] {
    const differs = actual.file !== desired.file;
    const checked = checkCommand ? `check it with ${checkCommand.join(' ')}, and ` : '';
    const text = desired.file === null ? `remove ${path}` : `write ${path}: ${checked}put it in place`;
    const again = actual.pending && !desired.pending;
    const steps: Step<FileAction>[] = [];
    if (differs) steps.push({ text, action: { do: 'write', text: desired.file } });
    if (reloadCommand && (differs || again)) {
      const action: FileAction = differs ? { do: 'reload', before: actual.file } : { do: 'reload' };
      steps.push({ text: `run ${reloadCommand.join(' ')}`, action });
    }
    return steps;
  }

  function textsOf({ file, pending }: FileState): Texts {
    const lines = file?.split('\n') ?? [];
    // All dialects begin with their comments, which tell the revision: not of any change by themselves.
    const comments = file !== null && readHeader(dialect.name, file) ? commentsOf(lines) : 0;
    return new Map([
      ['comments', lines.slice(0, comments)],
      ['file', lines.slice(comments)],
      ['reload', pending ? ['the reload command has not run for it'] : []],
    ]);
  }
}

function commentsOf(lines: readonly string[]): number {
  const end = lines.findIndex((line) => !/^[#!]/.test(line));
  return end < 0 ? lines.length : end;
}
