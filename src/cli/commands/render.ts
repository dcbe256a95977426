import type { Command } from 'commander';
import { renderNodeSetup } from '../../targets/node-setup/index.ts';
import { TARGETS } from '../../targets/registry.ts';
import type { Finding } from '../../targets/target.ts';
import { readSnapshot } from '../context.ts';
import { renderChanges } from '../render-changes.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { paint, printJson, type Io } from '../output.ts';
import { targetNamed } from '../select-targets.ts';
import { writeFiles } from '../write-files.ts';
import type { Cli } from '../cli.ts';

interface RenderOptions {
  topology: string;
  out?: string;
  node?: string;
  from?: string;
  back?: true;
  strict?: true;
  json?: true;
}

/** A finding about many services names this many of them. */
const NAMED = 4;

export function addRender(program: Command, { io, exit }: Cli): void {
  program
    .command('render')
    .description('print the configuration of one target')
    .argument('<target>', `one of: ${TARGETS.map(({ name }) => name).join(', ')}`)
    .addOption(topologyOption())
    .option('-o, --out <dir>', 'write all files of the target into this folder')
    .option('--node <id>', 'node-setup: the script for this node alone')
    .option('--from <old>', 'devices: the commands from this older topology to the new one, instead of all')
    .option('--back', 'with --from: the commands that take the change back')
    .option('--strict', 'exit with 1 if the target cannot carry everything as asked')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
What the target cannot carry is named on standard error, and in the file's own comments.

Examples:
  $ roomlb render haproxy > haproxy.cfg && haproxy -c -f haproxy.cfg
  $ roomlb render nftables | nft -c -f -
  $ roomlb render keepalived --out /etc/keepalived
  $ roomlb render cisco-ios-slb --from old.yaml --topology new.yaml
  $ roomlb render node-setup --node sfu-1 | ssh sfu-1 sudo sh
`,
    )
    .action(async (name: string, options: RenderOptions) => {
      const target = targetNamed(name);
      if (options.back && options.from === undefined)
        throw new CliError(EXIT.badInput, '--back goes with --from');
      if (options.from !== undefined) {
        await renderChanges(io, target, { ...options, from: options.from });
        return;
      }
      const { intent, view } = await readSnapshot(io, options.topology);
      if (options.node !== undefined) {
        if (name !== 'node-setup') throw new CliError(EXIT.badInput, '--node goes with node-setup only');
        if (!view.nodes.has(options.node))
          throw new CliError(EXIT.badInput, `the topology has no node ${options.node}`);
        io.out(renderNodeSetup(intent, options.node));
        return;
      }
      const rendering = target.render(intent);
      if (options.out !== undefined) await writeFiles(rendering.files, options.out);
      if (options.json) {
        const { files, findings, rules } = rendering;
        printJson(io, { target: name, revision: intent.revision, files, findings, rules: rules.length });
      } else {
        if (options.out === undefined) io.out(rendering.files[0]?.content ?? '');
        printFindings(io, name, rendering.findings);
      }
      const lossy = rendering.findings.some(({ level }) => level !== 'note');
      if (rendering.files.length === 0 || (options.strict && lossy)) exit(EXIT.checkFailed);
    });
}

function printFindings(io: Io, target: string, findings: readonly Finding[]): void {
  for (const { level, about, message, hint } of findings) {
    const colour = level === 'refused' ? 'red' : level === 'degraded' ? 'yellow' : 'dim';
    const rest = about.length > NAMED ? ` and ${about.length - NAMED} more` : '';
    const subject = about.length > 0 ? ` [${about.slice(0, NAMED).join(', ')}${rest}]` : '';
    io.err(`${paint(io, colour, `${target}: ${level}:`)} ${message}${subject} (hint: ${hint})\n`);
  }
}
