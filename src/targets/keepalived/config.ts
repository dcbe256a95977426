/** A whole keepalived.conf, and its file of sysctls. */
import type { Intent, Member, VirtualService } from '../../intent/model.ts';
import { checksOf } from '../dialect/checks.ts';
import { finding } from '../findings.ts';
import { header } from '../header.ts';
import { isFlushed } from '../ipvs/destinations.ts';
import { nodeNotes, vipsOf } from '../ipvs/notes.ts';
import { renderCarried } from '../ipvs/rendering.ts';
import { sysctlFile } from '../ipvs/sysctl.ts';
import { idleTimeouts } from '../ipvs/timeouts.ts';
import type { Finding, Rendering } from '../target.ts';
import { DRAINED } from './drained.ts';
import { virtualServers } from './virtual-servers.ts';
import { KERNEL_WORDS, vrrpFindings, vrrpInstances } from './vrrp.ts';

/** The files, with what of the intent they do not say. */
export function renderConfig(intent: Intent): Rendering {
  return renderCarried(intent, {
    findings: (services) => [...intent.vips.flatMap(vrrpFindings), ...notes(intent, services)],
    output(services, findings) {
      const { lines, rules, drained } = virtualServers(services);
      const content = [
        ...header('keepalived', intent, PURPOSE, findings),
        '',
        ...globalDefs(intent, services),
        ...(drained ? ['', ...DRAINED.definition] : []),
        ...intent.vips.flatMap((vip) => vrrpInstances(vip, KERNEL_WORDS)),
        ...lines,
        '',
      ];
      return {
        files: [
          { path: 'keepalived.conf', content: content.join('\n') },
          { path: 'keepalived.sysctl.conf', content: sysctlFile('keepalived', intent, services) },
        ],
        rules,
      };
    },
  });
}

const PURPOSE = [
  'A whole configuration: put it in place as /etc/keepalived/keepalived.conf and reload keepalived.',
  'keepalived owns the virtual services and addresses in here; others in IPVS stay as they are.',
  'Load keepalived.sysctl.conf with "sysctl -p".',
];

function globalDefs({ cluster }: Intent, services: readonly VirtualService[]): string[] {
  const { tcp, udp } = idleTimeouts(services);
  const timeouts = [...(tcp === null ? [] : [`tcp ${tcp}`]), ...(udp === null ? [] : [`udp ${udp}`])];
  return [
    'global_defs {',
    `    router_id ${cluster}`,
    '    enable_script_security',
    '    # An interface may come later than keepalived.',
    '    dynamic_interfaces',
    '    # Version 3 is the one for IPv6, and leaves out the authentication that version 2 had in name only.',
    '    vrrp_version 3',
    ...(timeouts.length === 0 ? [] : [`    lvs_timeouts ${timeouts.join(' ')}`]),
    '}',
  ];
}

function notes(intent: Intent, services: readonly VirtualService[]): Finding[] {
  const withoutVrrp = new Set(intent.vips.filter(({ vrrp }) => !vrrp).map(({ id }) => id));
  return [
    ...finding(
      vipsOf(services, ({ vip }) => withoutVrrp.has(vip)),
      'note',
      'the VIP has no vrrp, so that keepalived does not put its addresses on the balancer',
      'give the VIP vrrp: in the topology, or add its addresses to the balancer yourself',
    ),
    ...finding(
      vipsOf(services, ({ role }) => role !== 'signalling'),
      'note',
      'ports that belong to one node are not checked: nobody else could answer on them, and health moves rooms instead',
      'let the dispatcher watch the nodes',
    ),
    ...finding(
      services.filter(({ role, members }) => role === 'signalling' && members.some(isChecked)),
      'note',
      'a member is taken back after one good check: keepalived counts failures in a row only',
      'nothing is needed, unless members flap',
    ),
    ...finding(
      vipsOf(services, (service) => service.members.some((member) => isFlushed(service, member))),
      'note',
      'draining nodes with drain: flush have no virtual server at all, since keepalived takes none without real servers',
      'nothing is needed: the balancer itself refuses what comes to their ports',
    ),
    ...nodeNotes(services),
  ];
}

function isChecked(member: Member): boolean {
  return checksOf(member).length > 0;
}
