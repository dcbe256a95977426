import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { DEFAULT_HEALTH } from '../../topology/health/config.ts';
import type { IceCredentials } from '../../stun/exchange.ts';
import type { Topology } from '../../topology/model.ts';
import type { Cli } from '../cli.ts';
import { readTopology } from '../context.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import { dispatcherClient } from '../dispatcher-client.ts';
import { durationBetween } from '../duration.ts';
import { CliError, EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson, type Io } from '../output.ts';
import { askNode } from '../probe/ask-node.ts';
import { askThrough } from '../probe/ask-through.ts';
import { askUrl } from '../probe/ask-url.ts';
import type { Asker, Secrets } from '../probe/asker.ts';
import { exitCodeOf, hintsOf, RowPrinter, summaryOf, type ProbeRow } from '../probe/rows.ts';
import { parseTarget, TARGET_FORMS, type ProbeTarget } from '../probe/target.ts';
import { readSecret } from '../secret.ts';

interface ProbeOptions extends AccessOptions {
  readonly topology: string;
  readonly dispatcher?: string;
  readonly count: number;
  readonly interval: number;
  readonly timeout?: number;
  readonly ufrag?: string;
  readonly passwordFile?: string;
  readonly adminSecretFile?: string;
  readonly insecure?: true;
  readonly json?: true;
}

const MAX_ROUNDS = 100_000;
/** Milliseconds, for URLs; nodes have the topology's. */
const TIMEOUT = DEFAULT_HEALTH.timeout;
const PASSWORD_VARIABLE = 'ROOMLB_ICE_PASSWORD';

export function addProbe(program: Command, { io, exit }: Cli): void {
  program
    .command('probe')
    .description('ask a node, or any address, once: what came back, how long it took, what to look at')
    .argument('<target...>', 'node ids, and URLs that say how to ask; see below')
    .addOption(topologyOption())
    .addOption(tokenFileOption())
    .option(
      '-d, --dispatcher <url>',
      'let this dispatcher ask nodes: it alone knows the credentials of their workers',
    )
    .addOption(new Option('-c, --count <rounds>', 'how often to ask').default(1).argParser(parseCount))
    .addOption(
      new Option('-i, --interval <duration>', 'pause between rounds')
        .default(1000, '1s')
        .argParser(durationBetween(10, 3_600_000)),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'how long to wait for an answer (default: 1s, for nodes as in the topology)',
      ).argParser(durationBetween(10, 60_000)),
    )
    .option('--ufrag <text>', 'sign STUN by this user name fragment of ICE')
    .option('--password-file <file>', `with its password on the first line; or ${PASSWORD_VARIABLE}`)
    .option('--admin-secret-file <file>', "secret of Janus's admin API, for its load")
    .option('--insecure', 'take any certificate')
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action((texts: string[], options: ProbeOptions) => probe(io, exit, texts, options));
}

const HELP = `
${TARGET_FORMS}

Exit codes: 0 all is fine. 1 something answered, and not well: busy, says-down, wrong-answer, wrong-node.
3 something did not answer: timeout, refused, unreachable. 1 goes before 3. 2 is bad input.

Examples:
  $ roomlb probe sfu-1 --dispatcher http://127.0.0.1:8080
  $ roomlb probe stun://127.0.0.11:9100 http://127.0.0.11:9100/health
  $ roomlb probe stun://127.0.0.11:40000 --ufrag k3Jf --password-file ice.password
  $ roomlb probe janus://127.0.0.21/janus --admin-secret-file janus.secret --json
  $ roomlb probe tcp://[::1]:4443 --count 10 --interval 500ms
`;

async function probe(
  io: Io,
  exit: (code: number) => void,
  texts: readonly string[],
  options: ProbeOptions,
): Promise<void> {
  const targets = texts.map((text) => parseTarget(text, { insecure: options.insecure ?? false }));
  const askers = await askersOf(io, targets, options);
  for (const note of askers.flatMap(({ notes }) => notes)) io.err(`${note}\n`);
  const printer = new RowPrinter();
  const rows: ProbeRow[] = [];
  for (let round = 1; round <= options.count; round++) {
    if (round > 1) await sleep(options.interval);
    const results = await Promise.all(
      askers.map(async (asker) => {
        const reports = await asker.ask();
        return reports.map((report) => ({ ...report, of: asker.target, round }));
      }),
    );
    const latest = results.flat();
    rows.push(...latest);
    if (!options.json) io.out(printer.print(latest));
  }
  if (options.json) printJson(io, rows);
  else {
    if (options.count > 1) io.out(`\n${summaryOf(rows)}`);
    io.out(hintsOf(rows));
  }
  exit(exitCodeOf(rows));
}

async function askersOf(io: Io, targets: readonly ProbeTarget[], options: ProbeOptions): Promise<Asker[]> {
  const { dispatcher, timeout } = options;
  const client =
    dispatcher === undefined
      ? undefined
      : dispatcherClient(dispatcher, await accessOf(io, options, [dispatcher]));
  const secrets = await readSecrets(targets, options);
  let topology: Topology | undefined;
  const askers: Asker[] = [];
  for (const target of targets) {
    if (target.kind !== 'node') {
      askers.push(askUrl(target, secrets, timeout ?? TIMEOUT));
    } else if (client) {
      askers.push(askThrough(client, target.text));
    } else {
      topology ??= await readTopology(io, options.topology);
      askers.push(askNode(target.text, topology, secrets, timeout));
    }
  }
  return askers;
}

/** What would not be used is refused: whoever gave it believes that it was. */
async function readSecrets(targets: readonly ProbeTarget[], options: ProbeOptions): Promise<Secrets> {
  const { ufrag, passwordFile, adminSecretFile, dispatcher } = options;
  const has = (kind: ProbeTarget['kind']) => targets.some((target) => target.kind === kind);
  if (passwordFile !== undefined && ufrag === undefined) throw badInput('--password-file needs --ufrag');
  if (ufrag !== undefined && !has('stun') && !(has('node') && dispatcher === undefined))
    throw badInput('--ufrag is for stun:// and for nodes that are asked from here');
  if (adminSecretFile !== undefined && !has('janus'))
    throw badInput('--admin-secret-file is for janus:// (the topology names that of a node)');
  const ice = ufrag === undefined ? null : await readCredentials(ufrag, passwordFile);
  const janusAdmin =
    adminSecretFile === undefined ? null : await readSecret('--admin-secret-file', adminSecretFile);
  return { ice, janusAdmin };
}

async function readCredentials(ufrag: string, file: string | undefined): Promise<IceCredentials> {
  // RFC 8839 section 5.4: ice-char, up to 256 of them.
  if (!/^[A-Za-z0-9+/]{1,256}$/.test(ufrag)) throw badInput('--ufrag: letters, digits, "+" and "/"');
  const password =
    file === undefined ? process.env[PASSWORD_VARIABLE] : await readSecret('--password-file', file);
  if (password === undefined || password === '')
    throw badInput(`--ufrag needs a password: --password-file FILE, or ${PASSWORD_VARIABLE}`);
  return { usernameFragment: ufrag, password };
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d{1,6}$/.test(text) && count >= 1 && count <= MAX_ROUNDS) return count;
  throw new InvalidArgumentError(`write a number from 1 to ${MAX_ROUNDS}.`);
}

function badInput(message: string): CliError {
  return new CliError(EXIT.badInput, message);
}
