/**
 * Target `node-setup`: what the nodes themselves need behind VIPs that forward by dsr or tunnel, as one
 * shell script for all of them. With NAT nothing on a node is changed; the script says what to see to.
 */
import { guide } from './guide.ts';
import type { Intent } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import { header } from '../header.ts';
import { vipsOf } from '../ipvs/notes.ts';
import type { Finding, Rendering, Target } from '../target.ts';
import { nodeNeeds, type NodeNeeds } from './needs.ts';
import { nodeCase, scriptBody } from './script.ts';

export const nodeSetup: Target = {
  name: 'node-setup',
  kind: 'node',
  title: 'What nodes need for dsr and tunnel, as a shell script',
  capabilities: {
    udp: 'yes',
    tcp: 'yes',
    forwarding: ['dsr', 'tunnel'],
    ipv6: true,
    naming: [],
    health: 'none',
    drain: 'none',
    versions: 'POSIX sh, iproute2, Linux 4.19 and later',
  },
  guide,
  render,
};

/** The script for one node, which it then need not be told. Says so where there is nothing to do. */
export function renderNodeSetup(intent: Intent, nodeId: string): string {
  const mine = nodeNeeds(intent).filter(({ node }) => node === nodeId);
  const needs = mine[0] ?? { node: nodeId, vips: [], tunnels: [], listen: [], behindNat: [] };
  return script(intent, [needs], nodeId, findings(intent));
}

function render(intent: Intent): Rendering {
  const nodes = nodeNeeds(intent);
  const found = findings(intent);
  return {
    files: [{ path: 'node-setup.sh', content: script(intent, nodes, null, found), mode: 0o755 }],
    rules: nodes.map((needs) => ({ key: needs.node, text: nodeCase(needs).join('\n'), node: needs.node })),
    findings: found,
  };
}

function script(
  intent: Intent,
  nodes: readonly NodeNeeds[],
  usual: string | null,
  found: readonly Finding[],
): string {
  const purpose = [
    `Usage, as root: node-setup.sh [--undo] ${usual === null ? 'NODE' : `[${usual}]`}`,
    'Run it at boot, after the network is up; running it again changes nothing. It keeps a list of what it',
    'changed in /run/roomlb-node-setup, and --undo takes back just that.',
    ...(nodes.every(({ vips }) => vips.length === 0)
      ? ['', 'There is nothing to do: no VIP forwards by dsr or tunnel.']
      : []),
  ];
  return [
    '#!/bin/sh',
    ...header('node-setup', intent, purpose, found),
    '',
    ...scriptBody(nodes, usual),
    '',
  ].join('\n');
}

function findings({ services }: Intent): Finding[] {
  return [
    ...finding(
      vipsOf(services, ({ forwarding }) => forwarding !== 'nat'),
      'note',
      'the media server must listen on the addresses of the VIP that the script prints: a socket on 0.0.0.0 or :: answers from the wrong address',
      'name the VIP as the listening address (mediasoup: ip of listenInfos, without announcedAddress)',
    ),
    ...finding(
      vipsOf(services, ({ forwarding }) => forwarding === 'tunnel'),
      'note',
      'packets arrive in a tunnel, which takes 20 bytes of each for IPv4, 40 for IPv6',
      'keep UDP payloads of clients within 1400 bytes, or raise the MTU between balancer and nodes',
    ),
    ...finding(
      vipsOf(services, ({ forwarding, snat }) => forwarding === 'nat' && !snat),
      'note',
      'with nat nothing is changed on a node, but its answers must go back through the balancer, which turns its address back into the VIP',
      'make the balancer the default route of the nodes, or set snat: true on the VIP',
    ),
  ];
}
