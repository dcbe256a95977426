/** Radware Alteon, from the menus of those names in its Command Line Interface Reference Guide. */
import { isIP } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { atSpaces, readIndented } from './readers.ts';

const once = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'once' }));
const atMostOnce = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const HEALTH: readonly Rule[] = [
  ...once('dport <port>'),
  ...atMostOnce('inter <1..600>', 'retry <1..63>', 'restr <1..63>', 'timeout <1..600>'),
];
const HTTP: readonly Rule[] = [
  ...HEALTH,
  { pattern: 'http', times: 'once', opens: once('method GET', 'path <quoted>', 'response <100..599> none') },
];

const IPVER = 'ipver ( v4 | v6 )';

const SERVICE: readonly Rule[] = [
  ...once('group <@group>'),
  ...atMostOnce('rport <rport>', 'nonat ena', 'pbind clientip', 'ptmout <minutes>', 'tmout <minutes>'),
];
const AT = '/c/slb/virt <@virt> /service';
const OWN = '( 80 http | 443 ssl )';

const ID = /^[A-Za-z0-9_-]{1,32}$/;
const RESERVED = ['21', '22', '25', '53', '80', '123', '389', '443'];

const isPort = (token: string) =>
  /^[1-9][0-9]{0,4}$/.test(token) && (token === '1' || Number(token) >= 5) && Number(token) <= 65_534;

export const radwareAlteon: Grammar = {
  rules: [
    { pattern: '/c/slb/advhc/health <=health> HTTP', opens: HTTP },
    { pattern: '/c/slb/advhc/health <=health> ( TCP | UDP )', opens: HEALTH },
    { pattern: '/c/slb/advhc/health <=health> LOGEXP', opens: once('logexp <expression>') },
    {
      pattern: '/c/slb/real <=real>',
      opens: [...once('( ena | dis )', IPVER, 'rip <ip>'), ...atMostOnce('weight <1..48>')],
    },
    {
      pattern: '/c/slb/group <=group>',
      opens: [
        ...once(IPVER, 'metric roundrobin', 'health ( icmp | <@health> )'),
        { pattern: 'add <@real>', times: 'at least once' },
        { pattern: 'dis <@real>' },
      ],
    },
    {
      pattern: '/c/l3/vrrp/vr <=vr>',
      opens: [
        ...once('ena', IPVER, 'vrid <1..255>', 'if <1..256>', 'addr <ip>'),
        ...atMostOnce('prio <1..254>', 'adver <1..255>'),
      ],
    },
    { pattern: '/c/slb/virt <=virt>', opens: once('ena', IPVER, 'vip <ip>') },
    {
      pattern: `${AT} <free> basic-slb`,
      opens: [...once('protocol ( tcp | udp )'), ...SERVICE],
    },
    { pattern: `${AT} ${OWN}`, opens: SERVICE },
    { pattern: `${AT} ( <free> basic-slb | ${OWN} ) /pip`, opens: once('mode egress') },
  ],
  names: { health: ID, real: ID, group: ID, virt: ID, vr: /^[1-9][0-9]{0,3}$/ },
  types: {
    ip: (token) => isIP(token) > 0,
    quoted: (token) => /^"\/[a-z]*"$/.test(token),
    expression: (token) => /^\([a-z0-9_]{1,32}\)(&\([a-z0-9_]{1,32}\))+$/.test(token),
    minutes: (token) => /^[1-9][0-9]{0,4}$/.test(token) && Number(token) % 2 === 0 && Number(token) <= 32_768,
    rport: isPort,
    free: (token) => isPort(token) && !RESERVED.includes(token),
  },
  comment: '/*',
  read: (text) => readIndented(text, 4, { comment: '/*', tokens: menuTokens }),
};

/** The menus below a virtual server are named behind slashes: they become words of their own. */
function menuTokens(line: string): string[] | undefined {
  if (/ \/(service|pip)/.test(line)) return undefined;
  return atSpaces(
    line.replace(/^(\/c\/slb\/virt [^/ ]+)\/service /, '$1 /service ').replace(/\/pip$/, ' /pip'),
  );
}
