import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { BackupError, readBackup, type Backup } from '../../backup/read.ts';
import { NotEmpty, restoreBackup } from '../../backup/restore.ts';
import { openStore } from '../../store/open.ts';
import { StoreFull } from '../../store/store.ts';
import type { Cli } from '../cli.ts';
import { readTopology } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson } from '../output.ts';
import { addStoreOptions, openedFor, type StoreOptions } from '../store-options.ts';
import { badFile } from '../system-error.ts';

interface RestoreOptions extends StoreOptions {
  readonly topology: string;
  readonly json?: true;
}

export function addRestore(program: Command, { io }: Cli): void {
  const command = program
    .command('restore')
    .description('write what roomlb backup wrote into an empty store')
    .argument('<file>', 'a backup; - is standard input')
    .addOption(topologyOption());
  addStoreOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The whole file is checked before anything is written. A store that holds anything else is refused (exit code 1), and
left as it is; a restore that was interrupted can be run again. Stop all dispatchers first: those that run
would tell redis what they remember.

Examples:
  $ roomlb restore roomlb.backup --store file:/var/lib/roomlb/claims
  $ gunzip < roomlb.backup.gz | roomlb restore - --store redis://10.0.0.5:6379/0
`,
    )
    .action(async (file: string, options: RestoreOptions) => {
      if (options.store === 'memory')
        throw new CliError(
          EXIT.badInput,
          '--store: what is in memory ends with its process; name file:PATH or redis://…',
        );
      const { cluster } = await readTopology(io, options.topology);
      const backup = await read(file);
      if (backup.cluster !== cluster)
        throw new CliError(
          EXIT.badInput,
          `${file} is of cluster ${backup.cluster}, and ${options.topology} of ${cluster}`,
        );
      const store = await openedFor(options, cluster, openStore);
      try {
        const written = await restoreBackup(store, backup);
        const { size: claims } = backup.claims;
        if (options.json)
          printJson(io, {
            file,
            cluster,
            claims,
            written,
            topology: backup.topology?.version ?? null,
            sha256: backup.sha256,
          });
        else
          io.err(
            `${store.description}: ${claims} claims of cluster ${cluster}, ${claims - written} of them there before\n`,
          );
      } catch (cause) {
        if (cause instanceof NotEmpty)
          throw new CliError(EXIT.checkFailed, `--store ${options.store}: ${cause.message}`, { cause });
        if (cause instanceof StoreFull)
          throw new CliError(
            EXIT.checkFailed,
            `${cause.message}: raise --store-max-claims, and run it again`,
            { cause },
          );
        throw cause;
      } finally {
        await store.close();
      }
    });
}

async function read(file: string): Promise<Backup> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await readBackup(input as AsyncIterable<Buffer>);
  } catch (error) {
    if (error instanceof BackupError)
      throw new CliError(EXIT.badInput, `${file}: ${error.message}`, { cause: error });
    throw badFile(file, error);
  }
}
