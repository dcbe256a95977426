import type { Command } from 'commander';
import { EnrolmentAnswer } from '../../api/schemas.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import type { Cli } from '../cli.ts';
import { dispatcherClient } from '../dispatcher-client.ts';
import { dispatcherOption, jsonOption } from '../options.ts';
import { printJson } from '../output.ts';

interface Options extends AccessOptions {
  readonly dispatcher: string;
  readonly json?: true;
}

export function addEnroll(program: Command, { io }: Cli): void {
  program
    .command('enroll')
    .description(
      'make a short-lived secret by which a node gets its own credential (roomlb media-node --enrolment-file)',
    )
    .argument('<node>', 'id of the node')
    .addOption(dispatcherOption())
    .addOption(tokenFileOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints the secret alone, for a file that only the node may read. It is good once, for this node and for minutes
(serve --enrolment-life). Needs a dispatcher with serve --node-key, and a token with the scope nodes:write.

Examples:
  $ roomlb enroll sfu-1 | ssh sfu-1 'umask 077; cat > /etc/roomlb/enrolment'
  $ roomlb enroll sfu-1 --dispatcher https://lb-1.example --token-file ~/.roomlb-token > enrolment
`,
    )
    .action(async (node: string, options: Options) => {
      const path = `/v1/nodes/${encodeURIComponent(node)}/enrolment`;
      const access = await accessOf(io, options, [options.dispatcher]);
      const answer = await dispatcherClient(options.dispatcher, access).request(
        'POST',
        path,
        EnrolmentAnswer,
      );
      if (options.json) {
        printJson(io, answer);
        return;
      }
      io.out(`${answer.secret}\n`);
      io.err(`for node ${answer.node}, until ${answer.expires}\n`);
    });
}
