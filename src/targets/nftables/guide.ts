import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`nft -c -f nftables.nft` checks, `nft -f nftables.nft` replaces the table in one step. Other tables are left alone.',
  ],
  drain: [
    'A draining node is left out of the maps: flows that conntrack knows go on. For `drain: flush` the file lists the `conntrack -D` commands that cut them.',
  ],
  rollback: ['Load the file of the revision before.'],
  limits: ['It asks nobody whether they live: roomlb moves rooms, and renders signalling anew.'],
  manual: ['nft(8)'],
};
