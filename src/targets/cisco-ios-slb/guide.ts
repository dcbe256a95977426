import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Check that the switch has the feature: `show ip slb serverfarms` answers. IOS XE has none; on Catalyst 6500 it needs a supervisor 2, 32 or 720.',
    'Where a VIP sets `snat`, define the pool first: `ip slb natpool RL-SNAT FIRST LAST netmask MASK`.',
    'Load it: `copy tftp://HOST/ios-slb.cfg running-config`, look at `show ip slb vservers` and `show ip slb reals`, then `copy running-config startup-config`.',
  ],
  drain: [
    'A draining node is `no inservice` in its farms: connections that it has go on, new ones do not come. Watch them end: `show ip slb reals`.',
    '`drain: flush` needs a hand: `clear ip slb connections vserver NAME` for each of its ports.',
  ],
  rollback: [
    'Before a change: `roomlb render cisco-ios-slb --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back.',
  ],
  limits: [
    'IPv4 only; no tunnel; no source hash for server farms, so signalling is weighted round robin with `sticky`.',
    'Names of 15 characters: longer ids are shortened to their beginning and a piece of their hash.',
    'Each media port is one vserver for each protocol. The manuals name no largest number; a Janus node with thousands of ports belongs behind another target.',
  ],
  manual: [
    'Cisco IOS Server Load Balancing Command Reference: https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/slb/command/slb-cr-book.html',
    'Cisco IOS Server Load Balancing Configuration Guide: https://www.cisco.com/c/en/us/td/docs/ios/slb/configuration/guide/slb_cg_book.html',
  ],
};
