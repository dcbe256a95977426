/** Reads HSRP groups that virtual servers follow: "standby name", "standby priority", "standby timers". */
import type { IpAddress } from '../../topology/model.ts';
import type { ReadLine } from '../reading/lines.ts';
import { unread, wholeOf } from '../reading/values.ts';
import type { SeenVrrp, Unread } from '../seen.ts';

/** HSRP's own defaults: priority 100, hello every 3 s. */
const PRIORITY = 100;
const HELLO = 3;

/** @param followed name of a group → the addresses of virtual servers that follow it */
export function readHsrp(
  interfaces: readonly ReadLine[],
  followed: ReadonlyMap<string, readonly IpAddress[]>,
): { readonly vrrp: SeenVrrp[]; readonly unread: Unread[] } {
  const vrrp: SeenVrrp[] = [];
  const bad: Unread[] = [];
  for (const { words: head, body } of interfaces) {
    const lines = body.filter(({ words }) => words[0] === 'standby');
    for (const line of lines) {
      const [, group, what, name = ''] = line.words;
      const addresses = what === 'name' ? followed.get(name) : undefined;
      if (!addresses) {
        if (!['name', 'priority', 'timers'].includes(what ?? '')) bad.push(unread(line));
        continue;
      }
      const value = (key: string) =>
        wholeOf(lines.find(({ words }) => words[1] === group && words[2] === key)?.words[3]);
      vrrp.push({
        line: line.number,
        addresses,
        interface: head[1] ?? '',
        routerId: wholeOf(group) ?? 0,
        priority: value('priority') ?? PRIORITY,
        advertInterval: value('timers') ?? HELLO,
      });
    }
  }
  return { vrrp, unread: bad };
}
