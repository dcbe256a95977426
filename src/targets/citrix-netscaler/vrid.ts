/**
 * Who holds the VIP among several NetScalers: VRRP in active-active mode, "add vrID", "add vrID6", and the
 * VIP bound to one by "add ns ip … -vrID". (A high-availability pair needs none of it: its primary has all.)
 */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';

/** "set vrIDParam", helloInterval: 200 to 1000 ms, the same for all; the default. Seconds. */
const HELLO = 1;

/** Ids are the appliance's, whatever the interface: the first VIP says what priority it has. */
export function vridCommands(vips: readonly IntentVip[]): string[] {
  const made = new Set<string>();
  return vips.flatMap(({ addresses, vrrp }) =>
    vrrp === null
      ? []
      : addresses.flatMap(({ family, text }) => {
          const group = family === 4 ? 'vrID' : 'vrID6';
          const head = `add ${group} ${vrrp.routerId}`;
          const first = !made.has(head);
          made.add(head);
          return [
            ...(first ? [`${head} -priority ${vrrp.priority}`] : []),
            family === 4
              ? `add ns ip ${text} 255.255.255.255 -type VIP -vrID ${vrrp.routerId}`
              : `add ns ip6 ${text}/128 -type VIP -vrID6 ${vrrp.routerId}`,
          ];
        }),
  );
}

/**
 * For those who drive an appliance, which leaves this to the operator: nothing says whose a vrID or an address is. By
 * then the VIPs are there, as they come with virtual servers.
 *
 * @param commands all that is rendered
 */
export function vridNotes(commands: readonly string[]): string[] {
  const mine = commands
    .filter((command) => /^add (vrID|ns ip)/.test(command))
    .map((command) => command.replace(/^add (ns .*?)(?: [0-9.]+)? -type VIP/, 'set $1'));
  return mine.length === 0 ? [] : [`VRRP is left to you; once the VIPs are there, run: ${mine.join('; ')}`];
}

export function vridFindings(vips: readonly IntentVip[]): Finding[] {
  const first = new Map<number, IntentVip>();
  for (const vip of vips) if (vip.vrrp && !first.has(vip.vrrp.routerId)) first.set(vip.vrrp.routerId, vip);
  const priorityOf = (id: number) => first.get(id)?.vrrp?.priority;
  return [
    finding(
      vips.filter(({ vrrp }) => vrrp && vrrp.advertInterval !== HELLO),
      'degraded',
      `advertisements are sent every ${HELLO} s: a NetScaler has one interval for all, of 200 to 1000 ms`,
      'set it on each appliance: set vrIDParam -helloInterval MS',
    ),
    finding(
      vips.filter(({ vrrp }) => vrrp && vrrp.priority !== priorityOf(vrrp.routerId)),
      'degraded',
      'VIPs with one router id have one priority on a NetScaler, whatever their interfaces: that of the first',
      'give each VIP a routerId of its own',
    ),
    finding(
      vips.filter(({ vrrp }) => vrrp !== null),
      'note',
      'VRRP is for appliances in active-active mode; a high-availability pair takes no VIP that has a vrID',
      'for a pair leave vrrp out of the VIP: the primary has what is configured here',
    ),
  ].flat();
}
