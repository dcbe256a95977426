import type { Command } from 'commander';
import { placeAnew } from '../../allocation/allocate.ts';
import { readSnapshot } from '../context.ts';
import { EXIT } from '../exit.ts';
import { jsonOption, topologyOption } from '../options.ts';
import { printJson, table } from '../output.ts';
import type { Cli } from '../cli.ts';
import { readRooms, toWishes, wishOptions, type WishOptions } from '../wishes.ts';

export function addPlace(program: Command, { io, exit }: Cli): void {
  const command = program
    .command('place')
    .description('say where rooms go by hash and pins, without claims or load')
    .argument('<room...>', 'room names; - alone reads them from standard input, one a line')
    .addOption(topologyOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
With --json the objects are those that PUT /v1/rooms/{room} answers with.

Examples:
  $ roomlb place standup retro
  $ roomlb place --json --zone a standup
  $ cut -f1 rooms.tsv | roomlb place -
`,
    );
  for (const option of wishOptions()) command.addOption(option);
  command.action(async (args: string[], options: WishOptions & { topology: string; json?: true }) => {
    const rooms = await readRooms(args, options.topology);
    const snapshot = await readSnapshot(io, options.topology);
    const wishes = toWishes(options);
    const outcomes = rooms.map((room) => ({ room, outcome: placeAnew(snapshot, room, wishes) }));
    const allocations = outcomes.flatMap(({ outcome }) => (outcome.placed ? [outcome.allocation] : []));
    if (options.json) printJson(io, allocations);
    else {
      const rows = allocations.map(({ room, node, vip, media, signalling }) => [
        room,
        node.id,
        node.zone ?? '–',
        vip,
        summarise(media.map(({ port }) => port)),
        signalling?.url ?? '–',
      ]);
      io.out(table(['ROOM', 'NODE', 'ZONE', 'VIP', 'MEDIA PORTS', 'SIGNALLING'], rows));
    }
    for (const { room, outcome } of outcomes) {
      if (outcome.placed) continue;
      exit(EXIT.checkFailed);
      const reasons = outcome.passedOver.map(({ node, reason }) => `${node}: ${reason}`).join(', ');
      io.err(`${room}: no node can take it (${reasons || 'no nodes'})\n`);
    }
  });
}

/** `40000-40003`: a node's media ports are one range. */
function summarise(ports: readonly number[]): string {
  if (ports.length === 0) return '–';
  const [first, last] = [Math.min(...ports), Math.max(...ports)];
  return first === last ? String(first) : `${first}-${last}`;
}
