/** A keepalived.conf, looked at as what differs, who is a member of what, and whose connections are where. */
import type { Pool, Texts } from '../../driving/changes.ts';
import { readHeader } from '../../header.ts';
import { connectionKey } from '../../ipvs/driver/state.ts';
import { isShared } from '../../ipvs/driver/view.ts';
import { blocksOf } from './blocks.ts';
import { destinationOf } from './kernel.ts';
import { serversOf, type Server } from './servers.ts';

/** A member of one virtual server. */
export interface Place {
  readonly id: string;
  readonly node: string;
  readonly usable: boolean;
  /** Of connection entries. */
  readonly connections: readonly string[];
}

export interface FileView {
  readonly texts: Texts;
  readonly servers: readonly Server[];
  /** By the key of their text. */
  readonly places: ReadonlyMap<string, Place>;
  readonly pools: ReadonlyMap<string, Pool>;
}

export const NO_FILE: FileView = { texts: new Map(), servers: [], places: new Map(), pools: new Map() };

/** A file of somebody else's is one text, since nobody knows what is what in it. */
export function viewFile(file: string | null): FileView {
  if (file === null) return NO_FILE;
  if (!readHeader('keepalived', file)) return { ...NO_FILE, texts: new Map([['file', file.split('\n')]]) };
  const { blocks, leftOut, comments } = blocksOf(file);
  const texts = new Map<string, readonly string[]>([['comments', comments]]);
  for (const { head, body } of blocks) {
    if (!/^virtual_server(_group)? /.test(head)) texts.set(head, [head, ...body]);
  }
  const servers = serversOf(file);
  const places = new Map<string, Place>();
  for (const server of servers) addServer(server, texts, places);
  for (const id of leftOut) texts.set(id, ['is left out']);
  return { texts, servers, places, pools: poolsOf([...places.values()], leftOut) };
}

function addServer(server: Server, texts: Map<string, readonly string[]>, places: Map<string, Place>): void {
  const { id, address, names, lines, members } = server;
  const key = `${id} ${address}`;
  const single = !isShared(id);
  texts.set(key, single ? [...lines, ...members.flatMap((member) => member.lines)] : lines);
  for (const member of members) {
    const place = single ? key : `${key} ${member.node}`;
    if (!single) texts.set(place, member.lines);
    places.set(place, {
      id,
      node: member.node,
      usable: member.weight > 0,
      connections: names.map(({ name, port }) => connectionKey(name, destinationOf(member, port))),
    });
  }
}

function poolsOf(places: readonly Place[], leftOut: readonly string[]): Map<string, Pool> {
  const members = new Map<string, Map<string, boolean>>();
  const add = (id: string, node: string, usable: boolean) => {
    const pool = members.get(id) ?? new Map<string, boolean>();
    members.set(id, pool.set(node, pool.get(node) === true || usable));
  };
  for (const { id, node, usable } of places) add(id, node, usable);
  for (const id of leftOut) add(id, id.split('/')[2] ?? '', false);
  return new Map(
    [...members].map(([id, pool]) => [
      id,
      { shared: isShared(id), members: [...pool].map(([node, usable]) => ({ node, usable })) },
    ]),
  );
}
