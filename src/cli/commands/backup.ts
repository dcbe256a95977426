import { open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { End } from '../../backup/format.ts';
import { writeBackup } from '../../backup/write.ts';
import { syncFolder } from '../../files/replace-file.ts';
import { openSnapshot } from '../../store/open.ts';
import type { StoreSnapshot } from '../../store/snapshot.ts';
import type { Cli } from '../cli.ts';
import { readTopology } from '../context.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson, type Io } from '../output.ts';
import { addStoreOptions, openedFor, type StoreOptions } from '../store-options.ts';
import { unwritable } from '../system-error.ts';

interface BackupOptions extends StoreOptions {
  readonly topology: string;
  readonly out: string;
  readonly json?: true;
}

export function addBackup(program: Command, { io }: Cli): void {
  const command = program
    .command('backup')
    .description('write all claims and the edited topology of a store to a file, while it is in use')
    .requiredOption('-o, --out <file>', 'file to write, which must not be there yet; - is standard output')
    .addOption(topologyOption());
  addStoreOptions(command)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A file store is read as it is at one moment; from redis, each claim as it is when its page is read. The file has a
checksum, and goes into any kind of store, of this version of RoomLB or a later one. It has no credentials in it.

Examples:
  $ roomlb backup --store file:/var/lib/roomlb/claims --out roomlb.backup
  $ roomlb backup --store redis://10.0.0.5:6379/0 --out - | gzip > roomlb.backup.gz
`,
    )
    .action(async (options: BackupOptions) => {
      const { cluster } = await readTopology(io, options.topology);
      const snapshot = await openedFor(options, cluster, openSnapshot);
      const writing =
        options.out === '-' ? toOutput(io, cluster, snapshot) : toFile(options.out, cluster, snapshot);
      const { claims, sha256 } = await writing.finally(() => snapshot.close());
      if (options.json && options.out !== '-')
        printJson(io, {
          file: options.out,
          cluster,
          claims,
          topology: snapshot.topology?.version ?? null,
          sha256,
        });
      else io.err(`${options.out}: ${claims} claims of cluster ${cluster}, SHA-256 ${sha256}\n`);
    });
}

function toOutput(io: Io, cluster: string, snapshot: StoreSnapshot): Promise<End> {
  return writeBackup(cluster, snapshot, (text) => {
    io.out(text);
    return Promise.resolve();
  });
}

/** On disk when it resolves; a part of it is removed. */
async function toFile(file: string, cluster: string, snapshot: StoreSnapshot): Promise<End> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new CliError(EXIT.badInput, `--out ${file}: it is there already, and is not overwritten`);
    throw unwritable(`--out ${file}`, error);
  });
  try {
    const end = await writeBackup(cluster, snapshot, (text) => handle.appendFile(text));
    await handle.sync();
    await handle.close();
    await syncFolder(dirname(resolve(file)));
    return end;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw unwritable(`--out ${file}`, error);
  }
}
