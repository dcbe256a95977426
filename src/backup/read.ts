import { createHash } from 'node:crypto';
import type { Claim, TopologyRecord } from '../store/store.ts';
import { checkDocument } from '../topology/document.ts';
import { formatFaults, isError } from '../topology/faults.ts';
import { MAX_TOPOLOGY_BYTES } from '../topology/limits.ts';
import { LineError, readHead, readLine, type End, type Line } from './format.ts';

export interface Backup {
  readonly cluster: string;
  readonly topology: TopologyRecord | undefined;
  readonly claims: ReadonlyMap<string, Claim>;
  readonly sha256: string;
}

/** It is no backup, or not whole. Says in which line, and what is wrong. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Most claims: as many as any store may be told to hold. */
const MAX_CLAIMS = 5_000_000;
/** Bytes: two documents of a topology. */
const MAX_LINE = 2 * MAX_TOPOLOGY_BYTES + 1024;

const NEWLINE = 10;

/**
 * Reads all of it and checks all of it: the form of each line, its number of claims, its sum, and whether this
 * program would take the topology.
 *
 * @throws BackupError
 */
export async function readBackup(bytes: AsyncIterable<Buffer>): Promise<Backup> {
  const hash = createHash('sha256');
  const claims = new Map<string, Claim>();
  let cluster: string | undefined;
  const got: { topology?: TopologyRecord; end?: End } = {};
  let number = 0;
  const fault = (why: string, cause?: unknown) => new BackupError(`line ${number}: ${why}`, { cause });
  const take = (line: Line): void => {
    if (line.kind === 'end') {
      got.end = line.end;
    } else if (line.kind === 'topology') {
      if (got.topology || claims.size > 0)
        throw new LineError('the topology comes once, after the first line');
      checkTopology(line.topology);
      got.topology = line.topology;
    } else {
      if (claims.has(line.entry.room)) throw new LineError('its room was there before');
      if (claims.size >= MAX_CLAIMS) throw new LineError(`no more than ${MAX_CLAIMS} claims are read`);
      claims.set(line.entry.room, line.entry.claim);
    }
  };
  for await (const line of linesOf(bytes, fault)) {
    number++;
    if (got.end) throw fault('something follows the end');
    try {
      const text = utf8.decode(line);
      if (cluster === undefined) cluster = readHead(text);
      else take(readLine(text));
      // The end is the one line that does not count to its sum.
      if (!('end' in got)) hash.update(line).update('\n');
    } catch (cause) {
      if (cause instanceof LineError) throw fault(cause.message, cause);
      if (cause instanceof TypeError) throw fault('it is not UTF-8', cause);
      throw cause;
    }
  }
  if (cluster === undefined) throw new BackupError('it is empty');
  const { topology, end } = got;
  if (!end) throw new BackupError(`it is cut off after line ${number}: the end is missing`);
  const sha256 = hash.digest('hex');
  if (end.claims !== claims.size)
    throw new BackupError(`its end tells of ${end.claims} claims, and ${claims.size} are in it`);
  if (end.sha256 !== sha256) throw new BackupError('it was changed: its SHA-256 is not the one in its end');
  return { cluster, topology, claims, sha256 };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Lines as bytes: names of rooms may have characters in them at which a reader of text would break lines. */
async function* linesOf(bytes: AsyncIterable<Buffer>, fault: (why: string) => Error): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, at)]);
      rest = [];
      length = 0;
      start = at + 1;
    }
    rest.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > MAX_LINE) throw fault(`the next line has more than ${MAX_LINE} bytes`);
  }
  if (length > 0) yield Buffer.concat(rest);
}

function checkTopology({ seed, current }: TopologyRecord): void {
  for (const document of [seed, current]) {
    const { topology, faults } = checkDocument(document);
    if (!topology)
      throw new LineError(
        `this program does not take the topology:\n${formatFaults(faults.filter(isError))}`,
      );
  }
}
