/**
 * Target `ipvs`: the Linux kernel's own layer 4 balancer, as input of ipvsadm-restore(8) and a file of
 * sysctls. ipvsadm-restore clears the table before it fills it, so the file owns the whole table.
 */
import type { IntentVip, VirtualService } from '../../intent/model.ts';
import { finding, withoutVrrp } from '../findings.ts';
import type { Finding, Target } from '../target.ts';
import { header } from '../header.ts';
import { guide } from './guide.ts';
import { ipvsDriver } from './driver/driver.ts';
import { needsOf } from './host.ts';
import { readBack } from './read-back.ts';
import { nodeNotes, vipsOf } from './notes.ts';
import { IPVS_CAPABILITIES, renderCarried } from './rendering.ts';
import { sysctlFile } from './sysctl.ts';
import { table } from './table.ts';
import { idleTimeouts } from './timeouts.ts';

export const ipvs: Target = {
  name: 'ipvs',
  kind: 'linux',
  title: 'Linux IPVS, as input of ipvsadm-restore',
  capabilities: { ...IPVS_CAPABILITIES, health: 'none', versions: 'ipvsadm 1.31, Linux 6.1' },
  guide,
  driver: ipvsDriver,
  hostNeeds: needsOf,
  readBack,
  render: (intent) =>
    renderCarried(intent, {
      findings: (services) => notes(intent.vips, services),
      output(services, findings) {
        const { lines, rules } = table(services);
        const head = header('ipvs', intent, PURPOSE, findings);
        return {
          files: [
            {
              path: 'ipvsadm.rules',
              content: [...head, ...setTimeouts(services), ...lines, ''].join('\n'),
            },
            { path: 'ipvs.sysctl.conf', content: sysctlFile('ipvs', intent, services) },
          ],
          rules,
        };
      },
    }),
};

const PURPOSE = [
  'Owns the whole IPVS table of the machine: what is not in here, ipvsadm-restore removes.',
  'Load it with "ipvsadm-restore < ipvsadm.rules" (plain "ipvsadm -R" takes no comments), and',
  'ipvs.sysctl.conf with "sysctl -p".',
];

/** 0 leaves a value as it is: ipvsadm(8), --set tcp tcpfin udp. */
function setTimeouts(services: readonly VirtualService[]): string[] {
  const { tcp, udp } = idleTimeouts(services);
  return tcp === null && udp === null ? [] : [`--set ${tcp ?? 0} 0 ${udp ?? 0}`];
}

function notes(vips: readonly IntentVip[], services: readonly VirtualService[]): Finding[] {
  const addresses = new Set(services.flatMap((service) => service.addresses.map(({ text }) => text)));
  const used = new Set(services.map(({ vip }) => vip));
  return [
    ...withoutVrrp(
      'ipvsadm',
      vips.filter(({ id }) => used.has(id)),
    ),
    ...finding(
      vipsOf(services, () => true),
      'note',
      'IPVS handles packets to addresses of the machine itself, and ipvsadm adds none',
      `add ${[...addresses].join(', ')} to the balancer: ip address add ADDRESS dev lo, or use the target keepalived`,
    ),
    ...finding(
      vipsOf(services, () => true),
      'note',
      "ipvsadm-restore empties the table before it fills it, and TCP connections that speak in that moment are reset by the balancer's own stack",
      'while traffic flows change single rules with ipvsadm -e, -a and -d, or use the target keepalived, whose reload changes only what differs',
    ),
    ...finding(
      services.filter(({ role }) => role === 'signalling'),
      'note',
      'IPVS checks no health: a dead member goes on getting connections',
      'use the target keepalived, or render anew when health changes',
    ),
    ...nodeNotes(services),
  ];
}
