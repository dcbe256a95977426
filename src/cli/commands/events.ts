import type { Command } from 'commander';
import { RoomlbClient, RoomlbError, type EventsOptions, type StreamItem } from '../../client/index.ts';
import { accessing } from '../../http/access.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import type { Cli } from '../cli.ts';
import { baseOf } from '../dispatcher-client.ts';
import { CliError, EXIT } from '../exit.ts';
import { eventLine } from '../event-line.ts';
import { dispatcherOption, jsonOption } from '../options.ts';

interface EventsCommand extends AccessOptions {
  readonly dispatcher: string;
  readonly kind: readonly string[];
  readonly room: readonly string[];
  readonly node: readonly string[];
  readonly after: string;
  readonly follow?: true;
  readonly json?: true;
}

const several = (value: string, values: string[]) => [...values, value];

export function addEvents(program: Command, { io }: Cli): void {
  program
    .command('events')
    .description('what happened in a dispatcher, as far as it is kept there, and with --follow what happens')
    .addOption(dispatcherOption())
    .addOption(tokenFileOption())
    .option(
      '-k, --kind <kind>',
      'only these: room.moved, or room. for all of rooms; repeat for more',
      several,
      [],
    )
    .option('-r, --room <room>', 'only what is about this room; repeat for more', several, [])
    .option('-n, --node <id>', 'or about this node; repeat for more', several, [])
    .option('-a, --after <epoch:seq>', 'only what came after this event', 'start')
    .option('-f, --follow', 'go on with what happens; Ctrl-C ends it')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A dispatcher that is away for a while is asked again, and nothing that it still knows is left out; where something is,
that is told. With --json each event is a line. Exit code 3: the dispatcher cannot be reached (without --follow).

Examples:
  $ roomlb events
  $ roomlb events --follow --kind room.moved --kind node.state
  $ roomlb events --follow --room standup
  $ roomlb events --json --node sfu-1 | jq -r .type
`,
    )
    .action(async (options: EventsCommand) => {
      const { kind, room, node, after, follow = false, json = false } = options;
      const access = await accessOf(io, options, [options.dispatcher]);
      const { fetch } = accessing(access);
      const client = new RoomlbClient({ url: baseOf(options.dispatcher), token: access.token, fetch });
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      const onRetry = (why: Error, pause: number) => {
        if (!follow) throw why;
        io.err(`${why.message}; trying again in ${pause.toFixed(1)} s\n`);
      };
      const show = (item: StreamItem) => {
        if (item.type === 'stream.gap') io.err(`${eventLine(item)}\n`);
        else if (!item.type.startsWith('stream.'))
          io.out(`${json ? JSON.stringify(item) : eventLine(item)}\n`);
      };
      const filter = { kinds: kind, rooms: room, nodes: node };
      await asCliError(() => print(client, { ...filter, after, signal: stop.signal, onRetry }, follow, show));
    });
}

/** To the end of what there is or, following, of the signal. */
async function print(
  client: RoomlbClient,
  options: EventsOptions,
  follow: boolean,
  show: (item: StreamItem) => void,
): Promise<void> {
  let last = Infinity;
  for await (const item of client.events(options)) {
    show(item);
    if ('last' in item) last = item.last;
    if (!follow && item.seq >= last) return;
  }
}

async function asCliError(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof RoomlbError)) throw cause;
    throw new CliError(cause.temporary ? EXIT.unreachable : EXIT.badInput, cause.message, { cause });
  }
}
