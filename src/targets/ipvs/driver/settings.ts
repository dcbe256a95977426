/** What IPVS has once for a whole network namespace, and what services need of it. */
import type { VirtualService } from '../../../intent/model.ts';
import { idleTimeouts } from '../timeouts.ts';

/** Names of timeouts, in the order of `ipvsadm --set` and `-L --timeout`; null: RoomLB leaves it alone. */
const TIMEOUTS = ['timeout tcp', null, 'timeout udp'] as const;

/** Linux Documentation/networking/ipvs-sysctl.rst */
const SYSCTLS = ['conntrack', 'expire_nodest_conn', 'expire_quiescent_template'] as const;
export const SYSCTL_NAMES = SYSCTLS.map((name) => `net.ipv4.vs.${name}`);

/**
 * Only what is needed, since others may have services there, too.
 *
 * `expire_nodest_conn` whatever the policy: without it, a flow whose node is gone or was given another address is
 * black-holed for as long as its client goes on sending. It is of no use here, since this driver, unlike
 * ipvsadm-restore, takes no destination away that comes back in a moment. `keep-flows` is by weight 0, which
 * has nothing to do with it.
 */
export function settingsFor(services: readonly VirtualService[]): Record<string, string> {
  if (services.length === 0) return {};
  const { tcp, udp } = idleTimeouts(services);
  const on = (name: (typeof SYSCTLS)[number], needed: boolean) =>
    needed ? { [`net.ipv4.vs.${name}`]: '1' } : {};
  return {
    ...on(
      'conntrack',
      services.some(({ snat }) => snat),
    ),
    ...on('expire_nodest_conn', true),
    ...on(
      'expire_quiescent_template',
      services.some(({ persistence }) => persistence !== null),
    ),
    ...(tcp === null ? {} : { [TIMEOUTS[0]]: String(tcp) }),
    ...(udp === null ? {} : { [TIMEOUTS[2]]: String(udp) }),
  };
}

/** `Timeout (tcp tcpfin udp): 900 120 300`, as `ipvsadm -L --timeout` says; undefined for anything else. */
export function parseTimeouts(text: string): Record<string, string> | undefined {
  const values = /^Timeout \(tcp tcpfin udp\): (\d+) (\d+) (\d+)$/m.exec(text)?.slice(1);
  return values && named(TIMEOUTS, values);
}

/** `net.ipv4.vs.conntrack = 0`, a line each, as sysctl(8) says. */
export function parseSysctls(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\S+) = (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** Arguments of ipvsadm, in which 0 leaves a value as it is; null where none is to be set. */
export function setTimeouts(settings: Readonly<Record<string, string>>): string[] | null {
  const values = TIMEOUTS.map((name) => (name === null ? undefined : settings[name]));
  return values.every((value) => value === undefined)
    ? null
    : ['--set', ...values.map((value) => value ?? '0')];
}

/** Those of these settings that are sysctls. */
export function sysctlsIn(settings: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => SYSCTL_NAMES.includes(name)));
}

function named(names: readonly (string | null)[], values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name, i): [string, string][] => (name === null ? [] : [[name, values[i] ?? '']])),
  );
}
