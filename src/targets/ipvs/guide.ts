import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`sysctl -p ipvs.sysctl.conf`, then `ipvsadm-restore < ipvsadm.rules`. It empties the table first; while traffic flows, change single rules or use keepalived.',
  ],
  drain: [
    'Weight 0: connections go on, new ones do not come. Under `flush` the destination is left out, which cuts them.',
  ],
  rollback: ['Restore the file of the revision before.'],
  limits: ['One virtual service a port.', 'It asks nobody whether they live.'],
  manual: ['ipvsadm(8), and ipvs-sysctl.rst of Linux'],
};
