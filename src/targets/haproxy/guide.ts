import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`haproxy -c -f haproxy.cfg`, put it in place as `/etc/haproxy/haproxy.cfg`, then `systemctl reload haproxy`: connections go on in the old process.',
  ],
  drain: [
    'A draining node has weight 0 in the shared pool: clients that name it still reach it.',
    '`drain: flush` cuts TCP media at run time only: `set server media:VIP:NODE/NODE state maint` on the stats socket, before the reload.',
  ],
  rollback: ['Put the file of the revision before in place, and reload.'],
  limits: [
    'TCP only: UDP media needs another target beside it.',
    "Servers of others' sections that are in maintenance take connections for some milliseconds of a reload by the driver, unless `global` names a `server-state-file`, these sections say `load-server-state-from-file global`, and the balancer names that file as `stateFile`.",
    'It forgets on a reload which source belongs to which member, unless clients name their node.',
  ],
  manual: ['HAProxy Configuration Manual: https://docs.haproxy.org/2.6/configuration.html'],
};
