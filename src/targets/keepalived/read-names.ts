/** What virtual servers are for, in a file that RoomLB wrote. */
import type { ServiceRole } from '../../intent/model.ts';
import type { ReadLine } from '../reading/lines.ts';

export interface Named {
  readonly role: ServiceRole | null;
  readonly vip: string | undefined;
  readonly node: string | null;
}

/** Of a virtual_server_group, whose name tells: `public/media/sfu-1/udp/203.0.113.10`. */
export function roleOfGroup(name: string): Named {
  const [, vip, node] = /^([^/]+)\/media\/([^/]+)\/(?:udp|tcp)\/[^/]+$/.exec(name) ?? [];
  return { role: vip === undefined ? null : 'media', vip, node: node ?? null };
}

/** Media has groups; of the rest, only what is shared is checked. */
export function roleOfServer({ body }: ReadLine): ServiceRole {
  return body.some(({ words }) => words[0] === 'delay_loop') ? 'signalling' : 'node-signalling';
}
