/** Cisco ACE, from the sections of its Command Reference that bear the names of the commands. */
import { isIP } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { readIndented } from './readers.ts';

const once = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'once' }));
const atMostOnce = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const PROBE: readonly Rule[] = [
  ...once('port <port>'),
  ...atMostOnce(
    'interval <2..65535>',
    'faildetect <1..65535>',
    'passdetect interval <2..65535>',
    'passdetect count <1..65535>',
    'receive <1..65535>',
  ),
];
const OPEN = 'open <1..65535>';

const REAL: readonly Rule[] = [
  ...atMostOnce('weight <1..100>'),
  { pattern: 'probe <@probe>' },
  ...once('( inservice [ standby ] | no inservice )'),
];

const STICKY: readonly Rule[] = [
  ...once('timeout <1..65535>', 'serverfarm <@farm>'),
  ...atMostOnce('replicate sticky'),
];

const VIP_CLASS: readonly Rule[] = [
  ...once('loadbalance vip inservice', 'loadbalance policy <@policy>'),
  ...atMostOnce('nat dynamic ( 104 | 106 ) vlan <1..4094>', 'connection advanced-options <@param>'),
];

/** "Maximum of 64 alphanumeric characters", in which `_`, `-`, `.` and `*` may be. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

export const ciscoAce: Grammar = {
  rules: [
    {
      pattern: 'probe http <=probe>',
      opens: [
        ...PROBE,
        ...atMostOnce(OPEN, 'request method get url <path>', 'expect status <0..999> <0..999>'),
      ],
    },
    { pattern: 'probe tcp <=probe>', opens: [...PROBE, ...atMostOnce(OPEN)] },
    {
      pattern: 'probe udp <=probe>',
      opens: [...PROBE, ...once('send-hex-data <payload>', 'expect hex-regex <answer>')],
    },
    { pattern: 'rserver host <=rserver>', opens: once('ip address <ip>', 'inservice') },
    { pattern: 'parameter-map type connection <=param>', opens: once('set timeout inactivity <idle>') },
    {
      pattern: 'serverfarm host <=farm>',
      opens: [
        ...atMostOnce('transparent', 'predictor roundrobin'),
        { pattern: 'rserver <@rserver> [ <port> ]', opens: REAL, times: 'at least once' },
      ],
    },
    { pattern: 'sticky ip-netmask 255.255.255.255 address source <=sticky>', opens: STICKY },
    { pattern: 'sticky v6-prefix 128 address source <=sticky>', opens: STICKY },
    {
      pattern: 'class-map match-all <=class>',
      opens: once('2 match virtual-address <ip> ( tcp | udp ) ( eq <port> | range <port> <port> )'),
    },
    {
      pattern: 'policy-map type loadbalance first-match <=policy>',
      opens: [
        {
          pattern: 'class class-default',
          times: 'once',
          opens: once('( serverfarm <@farm> | sticky-serverfarm <@sticky> )'),
        },
      ],
    },
    {
      pattern: 'policy-map multi-match roomlb',
      times: 'at most once',
      opens: [{ pattern: 'class <@class>', opens: VIP_CLASS, times: 'at least once' }],
    },
    { pattern: 'service-policy input roomlb', times: 'at most once' },
  ],
  names: { probe: NAME, rserver: NAME, param: NAME, farm: NAME, sticky: NAME, class: NAME, policy: NAME },
  types: {
    ip: (token) => isIP(token) > 0,
    payload: (token) => /^([0-9a-f]{2}){1,127}$/.test(token),
    // Of STUN: class and method of a success response.
    answer: (token) => token === '0101',
    idle: (token) =>
      /^[1-9][0-9]{1,6}$/.test(token) && Number(token) % 30 === 0 && Number(token) <= 1_638_050,
  },
  comment: '!',
  read: (text) => readIndented(text, 2, { comment: '!' }),
};
