import { Command } from 'commander';
import { VERSION } from '../version.ts';
import { addApply } from './commands/apply.ts';
import { addBackup } from './commands/backup.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEnroll } from './commands/enroll.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addHealth } from './commands/health.ts';
import { addImport } from './commands/import.ts';
import { addMediaNode } from './commands/media-node.ts';
import { addNodeState } from './commands/node-state.ts';
import { addPlace } from './commands/place.ts';
import { addProbe } from './commands/probe.ts';
import { addPlan } from './commands/plan.ts';
import { addRender } from './commands/render.ts';
import { addRollback } from './commands/rollback.ts';
import { addRestore } from './commands/restore.ts';
import { addServe } from './commands/serve.ts';
import { addSync } from './commands/sync.ts';
import { addTargets } from './commands/targets.ts';
import { addToken } from './commands/token.ts';
import { addVerify } from './commands/verify.ts';
import { addValidate } from './commands/validate.ts';
import type { Cli } from './cli.ts';
import type { Io } from './output.ts';

export function buildProgram(io: Io, exit: (code: number) => void): Command {
  const program = new Command('roomlb')
    .description('Rooms to media nodes, one intent to every balancer.')
    .version(VERSION, '-V, --version')
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showHelpAfterError('(add --help for usage and examples)')
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `
Exit codes: 0 fine, 1 a check said no, 2 bad input, 3 cannot reach something.

Examples:
  $ roomlb serve --topology lb-config/local.yaml
  $ roomlb validate lb-config/topology.yaml
  $ roomlb render haproxy > /etc/haproxy/haproxy.cfg
  $ roomlb explain standup
`,
    );
  const cli: Cli = { io, exit };
  for (const add of [
    addServe,
    addMediaNode,
    addValidate,
    addTargets,
    addRender,
    addPlace,
    addExplain,
    addDiff,
    addImport,
    addProbe,
    addHealth,
    addEvents,
    addNodeState,
    addEnroll,
    addPlan,
    addApply,
    addVerify,
    addRollback,
    addSync,
    addDoctor,
    addBackup,
    addRestore,
    addToken,
  ])
    add(program, cli);
  program
    .command('version')
    .description('print the version')
    .option('--json', 'as JSON')
    .action((options: { json?: true }) => {
      io.out(options.json ? `${JSON.stringify({ version: VERSION })}\n` : `${VERSION}\n`);
    });
  return program;
}
