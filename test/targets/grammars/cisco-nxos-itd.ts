/** Cisco NX-OS, from its guides on ITD, on NAT and on HSRP. */
import type { Grammar, Rule } from './grammar.ts';
import { readIndented } from './readers.ts';

const once = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'once' }));
const atMostOnce = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const NODE = atMostOnce('port <port>', 'weight <2..256>', 'mode hot-standby');

const GROUP: readonly Rule[] = [
  ...atMostOnce(
    'probe tcp port <port> frequency <1..604800> timeout <1..604800> retry-down-count <1..5> retry-up-count <1..5>',
  ),
  { pattern: 'node ip <ipv4>', opens: NODE },
  { pattern: 'node ipv6 <ipv6>', opens: NODE },
];

const TO = '( tcp | udp ) <port> advertise enable device-group <@group>';

const SERVICE: readonly Rule[] = [
  { pattern: `virtual ( ip <ipv4> 255.255.255.255 | ipv6 <ipv6> 128 ) ${TO}`, times: 'at least once' },
  { pattern: 'ingress interface <interface>' },
  ...atMostOnce('failaction node reassign', 'nat destination'),
  ...once('load-balance method src ip [ buckets <buckets> ]', 'no shutdown'),
];

/** "The name can be up to 20 alphanumeric characters." */
const NAME = /^[A-Za-z0-9_.-]{1,20}$/;

export const ciscoNxosItd: Grammar = {
  rules: [
    {
      pattern: 'interface <interface>',
      opens: [
        {
          pattern: 'hsrp <0..255>',
          opens: atMostOnce('priority <0..255>', 'timers <1..254> <3..255>'),
        },
      ],
    },
    { pattern: 'itd device-group <=group>', opens: GROUP },
    { pattern: 'itd <=service>', opens: SERVICE },
    { pattern: 'ip nat inside source static ( tcp | udp ) <ipv4> <port> <ipv4> <port>' },
  ],
  names: { group: NAME, service: NAME },
  types: {
    interface: (token) => /^(Vlan|port-channel)[0-9]{1,4}$/i.test(token),
    buckets: (token) => ['2', '4', '8', '16', '32', '64', '128', '256'].includes(token),
  },
  ignoresCase: true,
  comment: '!',
  read: (text) => readIndented(text, 2, { comment: '!' }),
};
