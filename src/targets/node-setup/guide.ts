import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`roomlb render node-setup --node ID` is the script for one node: run it as root at boot. Running it again changes nothing.',
  ],
  drain: [],
  rollback: ['`node-setup.sh --undo NODE` takes back what it changed.'],
  limits: ['It does not survive a reboot by itself.'],
  manual: ['ip-sysctl.rst of Linux, ip-address(8)'],
};
