import type { Command } from 'commander';
import Type from 'typebox';
import { ADMIN_STATES } from '../../topology/model.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import type { Cli } from '../cli.ts';
import { dispatcherClient } from '../dispatcher-client.ts';
import { dispatcherOption, jsonOption } from '../options.ts';
import { printJson } from '../output.ts';

const ACTIONS = [
  ['drain', 'let a node take no new rooms; those it has go on'],
  ['undrain', 'let a node take new rooms again'],
  ['disable', 'take a node out of every rule; its rooms are placed anew when next asked for'],
  ['enable', 'bring a node back into service'],
] as const;

/** Of the node that the dispatcher answers with. */
const NodeState = Type.Object({ id: Type.String(), state: Type.Enum([...ADMIN_STATES]) });

interface NodeStateOptions extends AccessOptions {
  readonly dispatcher: string;
  readonly allowEmpty?: true;
  readonly json?: true;
}

/** Each is one request to a running dispatcher. */
export function addNodeState(program: Command, { io }: Cli): void {
  for (const [name, description] of ACTIONS) {
    const command = program
      .command(name)
      .description(description)
      .argument('<node>', 'id of the node')
      .addOption(dispatcherOption())
      .addOption(tokenFileOption())
      .addOption(jsonOption())
      .addHelpText(
        'after',
        `\nExamples:\n  $ roomlb ${name} sfu-1\n  $ roomlb ${name} sfu-1 --dispatcher http://10.0.0.5:8080\n`,
      )
      .action(async (node: string, options: NodeStateOptions) => {
        const query = options.allowEmpty ? '?allowEmpty=true' : '';
        const path = `/v1/nodes/${encodeURIComponent(node)}/${name}${query}`;
        const access = await accessOf(io, options, [options.dispatcher]);
        const answer = await dispatcherClient(options.dispatcher, access).request('POST', path, NodeState);
        if (options.json) printJson(io, answer);
        else io.out(`${answer.id}: ${answer.state}\n`);
      });
    if (name === 'disable')
      command.option('--allow-empty', 'also where it is the last node of its VIP that is not disabled');
  }
}
