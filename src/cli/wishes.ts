/** Rooms and wishes as commands take them. */
import { Option } from 'commander';
import { NO_WISHES, type RoomWishes } from '../allocation/allocation.ts';
import { roomNameFault } from '../room-name.ts';
import { NODE_KINDS, type NodeKind } from '../topology/model.ts';
import { CliError, EXIT } from './exit.ts';
import { readLines } from './lines.ts';

export interface WishOptions {
  zone?: string;
  nodeKind?: NodeKind;
  vip?: string;
}

export const wishOptions = () => [
  new Option('--zone <zone>', 'preferred zone'),
  new Option('--node-kind <kind>', 'only nodes of this kind').choices(NODE_KINDS),
  new Option('--vip <vip>', 'only nodes behind this VIP'),
];

export function toWishes({ zone, nodeKind, vip }: WishOptions): RoomWishes {
  return { ...NO_WISHES, zone: zone ?? null, nodeKind: nodeKind ?? null, vip: vip ?? null };
}

/**
 * The rooms that a command line names; `-` alone stands for standard input, one a line.
 *
 * @param topology the file that the same command reads
 */
export async function readRooms(args: readonly string[], topology: string): Promise<readonly string[]> {
  if (!args.includes('-')) {
    checkRooms(args);
    return args;
  }
  if (args.length > 1) {
    const instead = 'give room names as arguments or one a line by standard input';
    throw new CliError(EXIT.badInput, `- is standard input and stands alone: ${instead}`);
  }
  if (topology === '-') throw new CliError(EXIT.badInput, 'only one input can be standard input');
  const rooms = await readLines();
  checkRooms(rooms);
  return rooms;
}

export function checkRooms(rooms: readonly string[]): void {
  for (const room of rooms) {
    const fault = roomNameFault(room);
    if (fault !== undefined) throw new CliError(EXIT.badInput, `${JSON.stringify(room)}: ${fault}`);
  }
}
