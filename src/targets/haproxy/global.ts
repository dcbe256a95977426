/** The sections `global` and `defaults`: what holds for the whole process. */

import { ENGINE_DEFAULTS } from '../../topology/balancers/balancer.ts';

/** Where the driver looks for it unless told otherwise, so that what was rendered without a balancer is found. */
export const STATS_SOCKET: string = ENGINE_DEFAULTS.haproxy.statsSocket;

/**
 * The socket is `level admin`, because the run-time API is how the driver changes things.
 *
 * No `maxconn`: HAProxy derives it from the file descriptors it may open, and refuses to start when told a
 * number that the limit does not allow. No `server-state-file`: HAProxy warns where the file does not exist
 * yet, and a state that was saved outranks this file (a filled spare slot comes back ready with port and
 * weight but without its address; a weight that was set at run time hides the declared one).
 */
export function globalSection(statsSocket: string): string[] {
  return [
    'global',
    '    log stdout format raw local0',
    '    user haproxy',
    '    group haproxy',
    '    chroot /var/lib/haproxy',
    `    stats socket ${statsSocket} mode 600 level admin expose-fd listeners`,
    '    stats timeout 30s',
  ];
}

export const DEFAULTS: readonly string[] = [
  '',
  'defaults',
  '    log global',
  '    mode tcp',
  '    option tcplog',
  '    option dontlognull',
  '    timeout connect 5s',
  '    timeout client 60s',
  '    timeout server 60s',
  '    timeout client-fin 30s',
  '    timeout server-fin 30s',
  '    timeout check 2s',
];
