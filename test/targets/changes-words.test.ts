/** One change in the words of several dialects, side by side: node `a` gets another address, VIP `w` goes with its node `d`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Intent } from '../../src/intent/model.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import type { DeviceChanges } from '../../src/targets/target.ts';
import { intentOf } from './intents.ts';

function cluster(vips: readonly string[], nodes: readonly string[]): Intent {
  return intentOf(['cluster: c', 'vips:', ...vips, 'nodes:', ...nodes].join('\n'));
}

const vip = (id: string, last: number) =>
  `  - { id: ${id}, addresses: [203.0.113.${last}], signalling: { port: 8443 }` +
  ', media: { ports: 40000-40009, protocols: [udp] } }';
const node = (id: string, behind: string, last: number, port: number) =>
  `  - { id: ${id}, kind: mediasoup, vip: ${behind}, addresses: [10.0.0.${last}], signallingPort: 4443` +
  `, mediaPorts: ${port}-${port} }`;

const B = node('b', 'v', 2, 40002);
const FROM = cluster([vip('v', 1), vip('w', 2)], [node('a', 'v', 1, 40001), B, node('d', 'w', 4, 40003)]);
const TO = cluster([vip('v', 1)], [node('a', 'v', 9, 40001), B]);

const WORDS: Readonly<Record<string, DeviceChanges>> = {
  'f5-tmsh': {
    drain: [
      "tmsh <<'END'",
      'modify ltm pool /Common/roomlb-signalling-v-v4 members modify { /Common/roomlb-a-v4:4443 { session user-disabled } }',
      'modify ltm pool /Common/roomlb-media-a-v4 members modify { /Common/roomlb-a-v4:0 { session user-disabled } }',
      'modify ltm pool /Common/roomlb-signalling-w-v4 members modify { /Common/roomlb-d-v4:4443 { session user-disabled } }',
      'modify ltm pool /Common/roomlb-media-d-v4 members modify { /Common/roomlb-d-v4:0 { session user-disabled } }',
      'END',
    ],
    change: [
      "tmsh <<'END'",
      'create cli transaction',
      'modify ltm pool /Common/roomlb-signalling-v-v4 members delete { /Common/roomlb-a-v4:4443 }',
      'modify ltm pool /Common/roomlb-media-a-v4 members delete { /Common/roomlb-a-v4:0 }',
      'delete ltm node /Common/roomlb-a-v4',
      'create ltm node /Common/roomlb-a-v4 address 10.0.0.9',
      'modify ltm pool /Common/roomlb-signalling-v-v4 members add { /Common/roomlb-a-v4:4443 { address 10.0.0.9 } }',
      'modify ltm pool /Common/roomlb-media-a-v4 members add { /Common/roomlb-a-v4:0 { address 10.0.0.9 } }',
      'delete ltm virtual /Common/roomlb-udp-40003-w-v4',
      'delete ltm virtual /Common/roomlb-tcp-8443-w-v4',
      'delete ltm pool /Common/roomlb-media-d-v4',
      'delete ltm pool /Common/roomlb-signalling-w-v4',
      'delete ltm node /Common/roomlb-d-v4',
      'submit cli transaction',
      'END',
    ],
  },
  'citrix-netscaler': {
    drain: [
      'disable serviceGroup roomlb-pool-v-v4 roomlb-srv-a-v4 4443 -graceFul YES',
      'disable serviceGroup roomlb-media-udp-40001-a-v4 roomlb-srv-a-v4 40001 -graceFul YES',
      'disable serviceGroup roomlb-pool-w-v4 roomlb-srv-d-v4 4443 -graceFul YES',
      'disable serviceGroup roomlb-media-udp-40003-d-v4 roomlb-srv-d-v4 40003 -graceFul YES',
    ],
    change: [
      'unbind serviceGroup roomlb-pool-v-v4 roomlb-srv-a-v4 4443',
      'unbind serviceGroup roomlb-media-udp-40001-a-v4 roomlb-srv-a-v4 40001',
      'rm server roomlb-srv-a-v4',
      'add server roomlb-srv-a-v4 10.0.0.9',
      'bind serviceGroup roomlb-pool-v-v4 roomlb-srv-a-v4 4443 -weight 100',
      'bind serviceGroup roomlb-media-udp-40001-a-v4 roomlb-srv-a-v4 40001',
      'rm lb vserver roomlb-vs-udp-40003-w-v4',
      'rm lb vserver roomlb-vs-tcp-8443-w-v4',
      'rm serviceGroup roomlb-media-udp-40003-d-v4',
      'rm serviceGroup roomlb-pool-w-v4',
      'rm server roomlb-srv-d-v4',
    ],
  },
  'radware-alteon': {
    drain: ['/oper/slb/dis rl-a-v4 n', '/oper/slb/dis rl-d-v4 n'],
    change: [
      '/c/slb/real rl-a-v4',
      '    rip 10.0.0.9',
      // Their services go with them.
      '/c/slb/virt rlu-w-v4/del',
      '/c/slb/virt rlt-w-v4/del',
      '/c/slb/group rlm-d-v4/del',
      '/c/slb/group rlp-w-v4/del',
      '/c/slb/real rl-d-v4/del',
      'apply',
      'save',
      '/oper/slb/ena rl-a-v4',
    ],
  },
};

for (const { name, changes } of TARGETS) {
  const words = WORDS[name];
  if (words)
    test(`${name} changes in these words`, () => assert.deepEqual(changes?.between(FROM, TO), words));
}
