import type { Command } from 'commander';
import { isError } from '../../topology/faults.ts';
import { loadTopology } from '../../topology/load.ts';
import { DEFAULT_TOPOLOGY, printFaults } from '../context.ts';
import { EXIT } from '../exit.ts';
import { jsonOption } from '../options.ts';
import { printJson } from '../output.ts';
import type { Cli } from '../cli.ts';

export function addValidate(program: Command, { io, exit }: Cli): void {
  program
    .command('validate')
    .description('check a topology; every fault with file, line, column, and what to write instead')
    .argument('[file]', 'topology file, YAML or JSON; - is standard input', DEFAULT_TOPOLOGY)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ roomlb validate lb-config/topology.yaml\n  $ generate | roomlb validate - --json\n',
    )
    .action(async (file: string, options: { json?: true }) => {
      const { topology, faults } = await loadTopology(file);
      if (!topology) exit(EXIT.badInput);
      if (options.json) {
        printJson(io, { valid: topology !== undefined, faults });
        return;
      }
      printFaults(io, faults);
      const name = file === '-' ? 'standard input' : file;
      if (topology) {
        const { cluster, vips, nodes } = topology;
        io.out(
          `${name}: fine: cluster ${cluster}, ${count(vips.length, 'VIP')}, ${count(nodes.length, 'node')}\n`,
        );
      } else {
        io.err(`${name}: ${count(faults.filter(isError).length, 'fault')}\n`);
      }
    });
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
