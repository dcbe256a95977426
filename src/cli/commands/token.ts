import { InvalidArgumentError, Option, type Command } from 'commander';
import { newNodeKey } from '../../auth/node-key.ts';
import { isScope, SCOPE_MEANINGS, SCOPES, type Scope } from '../../auth/scope.ts';
import { parseInstant, parseTokenFile, tokenLine } from '../../auth/token-file.ts';
import { hashToken, newToken } from '../../auth/token.ts';
import { formatFault } from '../../topology/faults.ts';
import { parseMs } from '../../topology/read-milliseconds.ts';
import type { Cli } from '../cli.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption } from '../options.ts';
import { printJson, type Io } from '../output.ts';

interface Options {
  readonly scope: readonly Scope[];
  /** Milliseconds since the epoch. */
  readonly expires?: number;
  readonly node?: string;
  readonly json?: true;
}

const MEANINGS = SCOPES.map((scope) => `  ${scope.padEnd(16)}${SCOPE_MEANINGS[scope]}`).join('\n');

export function addToken(program: Command, { io }: Cli): void {
  const token = program
    .command('token')
    .description('tokens for roomlb serve --tokens, and the key that credentials of nodes are signed with');
  addNew(token, io);
  addKey(token, io);
}

function addNew(parent: Command, io: Io): void {
  parent
    .command('new')
    .description(
      'make a token: it is printed once, with the line for the tokens file, which has only its hash',
    )
    .argument('<name>', 'of whoever will hold it, for logs')
    .requiredOption('--scope <scope...>', 'what it is good for', addScope)
    .addOption(
      new Option('--expires <when>', 'a duration such as 2160h, or a time such as 2027-01-01').argParser(
        parseWhen,
      ),
    )
    .option('--node <id>', 'the only node that its holder may speak for')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Scopes:
${MEANINGS}

A media node needs read, rooms:write and nodes:report; an agent (roomlb sync) read and engines:apply.

Examples:
  $ roomlb token new ann --scope read topology:write --expires 2160h
  $ roomlb token new sfu-1 --scope read rooms:write nodes:report --node sfu-1
  $ roomlb token new prometheus --scope metrics --json | jq -r .line >> /etc/roomlb/tokens
`,
    )
    .action((name: string, { scope: scopes, expires, node, json }: Options) => {
      const token = newToken();
      const line = tokenLine({
        name,
        hash: hashToken(token),
        scopes,
        expires: expires ?? null,
        node: node ?? null,
      });
      // What the file would not take is not handed out.
      const [fault] = parseTokenFile(line, 'token').faults;
      if (fault) throw new CliError(EXIT.badInput, formatFault({ ...fault, file: name }));
      if (json) printJson(io, { token, line });
      else io.out(`${token}\n\nOnly you know it now. For the tokens file:\n${line}\n`);
    });
}

function addKey(parent: Command, io: Io): void {
  parent
    .command('key')
    .description('make a line for the file of roomlb serve --node-key, by which nodes are enrolled')
    .addHelpText(
      'after',
      `
All replicas of a cluster have the same file, which only its owner may read (600). Other clusters have other keys.

To change the key without a gap: add the new line below the old one at every replica; then put it above, since the
first one signs; and once all credentials are renewed (serve --credential-life), remove the old one. To withdraw all
credentials at once, replace it: every node has to be enrolled again.

Examples:
  $ (umask 077; roomlb token key > /etc/roomlb/node-key)
  $ roomlb token key >> /etc/roomlb/node-key
`,
    )
    .action(() => io.out(`${newNodeKey()}\n`));
}

function addScope(text: string, before: readonly Scope[] = []): readonly Scope[] {
  const scopes = text.split(',');
  if (!scopes.every(isScope)) throw new InvalidArgumentError(`scopes are ${SCOPES.join(', ')}.`);
  return [...before, ...scopes];
}

function parseWhen(text: string): number {
  const duration = parseMs(text);
  const when = duration === undefined ? parseInstant(text) : Date.now() + duration;
  if (when !== null && when > Date.now()) return when;
  throw new InvalidArgumentError('write a duration such as 2160h, or a time to come such as 2027-01-01.');
}
