import type { Command } from 'commander';
import { importedFrom, type Imported } from '../../import/document.ts';
import { TARGETS } from '../../targets/registry.ts';
import type { Seen } from '../../targets/seen.ts';
import { parseTopology } from '../../topology/parse.ts';
import { formatFault } from '../../topology/faults.ts';
import { stringify } from 'yaml';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { jsonOption } from '../options.ts';
import { paint, printJson, type Io } from '../output.ts';
import { readRunning } from '../running.ts';

interface ImportOptions {
  cluster: string;
  strict?: true;
  json?: true;
}

export function addImport(program: Command, { io, exit }: Cli): void {
  const readable = TARGETS.filter(({ readBack }) => readBack !== undefined).map(({ name }) => name);
  program
    .command('import')
    .description('read the running configuration of an engine or device into a topology, as far as it goes')
    .argument('<target>', `one of: ${readable.join(', ')}`)
    .argument('<file>', 'what the device printed; - is standard input')
    .option('--cluster <id>', 'id of the cluster that it shall be', 'imported')
    .option('--strict', 'exit with 1 if a line was not understood or something had to be guessed')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints the topology. What was not understood, line by line, and what had to be guessed go to standard error.
roomlb diff --running compares the same text with a topology instead.

Examples:
  $ ipvsadm-save -n | roomlb import ipvs - > topology.yaml
  $ roomlb import haproxy /etc/haproxy/haproxy.cfg --cluster seoul-1
  $ ssh switch show running-config | roomlb import cisco-ios-slb - --json
`,
    )
    .action(async (name: string, file: string, options: ImportOptions) => {
      const seen = await readRunning(name, file);
      const imported = importedFrom(seen, options.cluster);
      const faults = faultsOf(imported);
      if (options.json)
        printJson(io, { topology: imported.document, ...imported, unread: seen.unread, faults });
      else {
        io.out(stringify(imported.document, { lineWidth: 0, aliasDuplicateObjects: false }));
        complain(io, name, seen, imported, faults);
      }
      const doubts = seen.unread.length + imported.notes.length;
      if (faults.length > 0 || imported.document.vips.length === 0 || (options.strict && doubts > 0))
        exit(EXIT.checkFailed);
    });
}

/** A device may say what no valid topology can. */
function faultsOf({ document }: Imported): string[] {
  if (document.vips.length === 0) return ['no virtual service was found'];
  const { faults } = parseTopology(stringify(document), { file: 'topology' });
  return faults.filter(({ severity }) => severity === 'error').map(formatFault);
}

function complain(io: Io, target: string, seen: Seen, { notes }: Imported, faults: readonly string[]): void {
  for (const { line, text, why } of seen.unread)
    io.err(
      `${paint(io, 'yellow', `line ${line}: not understood:`)} ${text}${why === null ? '' : ` (${why})`}\n`,
    );
  for (const note of notes) io.err(`${paint(io, 'dim', `${target}: note:`)} ${note}\n`);
  for (const fault of faults) io.err(`${paint(io, 'red', 'this is no valid topology yet:')} ${fault}\n`);
}
