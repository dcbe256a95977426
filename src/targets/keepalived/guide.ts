import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`keepalived -t -f keepalived.conf`, put it in place as `/etc/keepalived/keepalived.conf`, `sysctl -p keepalived.sysctl.conf`, then `systemctl reload keepalived`.',
  ],
  drain: [
    'Weight 0 (held there by a tracked file where all members drain). Under `flush` the real server is left out.',
  ],
  rollback: ['Put the file of the revision before in place, and reload.'],
  limits: ['Loading takes time quadratic in the number of nodes: 15 s for 4000.'],
  manual: ['keepalived.conf(5)'],
};
