/** F5 BIG-IP: stanzas of bigip.conf and commands of tmsh, from the components of its reference. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { quotedTokens, readBraced, readFlat } from './readers.ts';

/** Attributes of each component, `add` and `replace-all-with` of commands aside. */
const MONITOR = {
  http: [
    'destination <monitored>',
    'interval <1..86400>',
    'recv <status>',
    'send <request>',
    'timeout <1..86400>',
  ],
  tcp: ['destination <monitored>', 'interval <1..86400>', 'timeout <1..86400>'],
  udp: [
    'destination <monitored>',
    'interval <1..86400>',
    'recv <bytes>',
    'send <bytes>',
    'timeout <1..86400>',
  ],
} as const;
const MONITOR_TYPES = ['http', 'tcp', 'udp'] as const;
const FASTL4 = [
  'defaults-from /Common/fastL4',
  'idle-timeout <1..86400>',
  'loose-close enabled',
  'loose-initialization enabled',
];
const PERSIST = ['defaults-from /Common/source_addr', 'timeout <1..86400>'];
const MEMBER = [
  'address <ip>',
  'monitor <@monitor> [ { and <@monitor> } ]',
  'ratio <1..100>',
  'session user-disabled',
];
const ADDRESS = [
  'address <ip>',
  'arp enabled',
  'icmp-echo enabled',
  'mask <mask>',
  'traffic-group /Common/traffic-group-1',
];
const VIRTUAL = [
  'destination <destination>',
  'ip-protocol ( tcp | udp )',
  'mask <mask>',
  'pool <@pool>',
  'source ( 0.0.0.0/0 | ::/0 )',
  'translate-address ( enabled | disabled )',
  'translate-port ( enabled | disabled )',
];
const POOL = ['load-balancing-mode ratio-member', 'monitor <@monitor> [ { and <@monitor> } ]'];

const once = (patterns: readonly string[], needed: readonly string[] = []): Rule[] =>
  patterns.map((pattern) => ({
    pattern,
    times: needed.includes(pattern.split(' ')[0]!) ? 'once' : 'at most once',
  }));

const STANZAS: readonly Rule[] = [
  ...MONITOR_TYPES.map((type): Rule => ({
    pattern: `ltm monitor ${type} <=monitor> \\{`,
    opens: once([`defaults-from /Common/${type}`, ...MONITOR[type]], ['defaults-from', 'destination']),
  })),
  { pattern: 'ltm profile fastl4 <=profile> \\{', opens: once(FASTL4, ['defaults-from']) },
  { pattern: 'ltm persistence source-addr <=persist> \\{', opens: once(PERSIST, ['defaults-from']) },
  { pattern: 'ltm node <=node> \\{', opens: once(['address <ip>'], ['address']) },
  {
    pattern: 'ltm pool <=pool> \\{',
    opens: [
      ...once(POOL),
      {
        pattern: 'members \\{',
        times: 'once',
        opens: [{ pattern: '<@node:port> \\{', opens: once(MEMBER, ['address']), times: 'at least once' }],
      },
      {
        pattern: 'profiles \\{',
        times: 'at most once',
        opens: [{ pattern: '/Common/ipip \\{', times: 'once' }],
      },
    ],
  },
  { pattern: 'ltm virtual-address <address> \\{', opens: once(ADDRESS, ['address', 'mask']) },
  {
    pattern: 'ltm virtual <=virtual> \\{',
    opens: [
      ...once(VIRTUAL, ['destination', 'ip-protocol', 'mask', 'pool', 'source']),
      {
        pattern: 'persist \\{',
        times: 'at most once',
        opens: [{ pattern: '<@persist> \\{', opens: once(['default yes'], ['default']), times: 'once' }],
      },
      { pattern: 'profiles \\{', times: 'once', opens: [{ pattern: '<@profile> \\{', times: 'once' }] },
      {
        pattern: 'source-address-translation \\{',
        times: 'at most once',
        opens: once(['type automap'], ['type']),
      },
    ],
  },
];

/** The attributes in their order, each of which may be left out. */
const optional = (patterns: readonly string[]) => patterns.map((pattern) => `[ ${pattern} ]`).join(' ');

const COMMANDS: readonly Rule[] = [
  { pattern: "tmsh <<'END'", times: 'once' },
  { pattern: 'create cli transaction', times: 'once' },
  ...MONITOR_TYPES.map((type): Rule => ({
    pattern: `create ltm monitor ${type} <=monitor> defaults-from /Common/${type} ${optional(MONITOR[type])}`,
  })),
  { pattern: `create ltm profile fastl4 <=profile> ${optional(FASTL4)}` },
  { pattern: `create ltm persistence source-addr <=persist> ${optional(PERSIST)}` },
  { pattern: 'create ltm node <=node> address <ip>' },
  {
    pattern:
      `create ltm pool <=pool> [ load-balancing-mode ratio-member ] members add \\{ ` +
      `{ <@node:port> \\{ ${optional(MEMBER)} \\} } \\} [ monitor <@monitor> [ { and <@monitor> } ] ] ` +
      `[ profiles add \\{ /Common/ipip \\{ \\} \\} ]`,
  },
  { pattern: `create ltm virtual-address <address> ${optional(ADDRESS)}` },
  {
    pattern:
      'create ltm virtual <=virtual> destination <destination> ip-protocol ( tcp | udp ) mask <mask> ' +
      '[ persist replace-all-with \\{ <@persist> \\{ default yes \\} \\} ] pool <@pool> ' +
      'profiles add \\{ <@profile> \\{ \\} \\} source ( 0.0.0.0/0 | ::/0 ) ' +
      '[ source-address-translation \\{ type automap \\} ] ' +
      'translate-address ( enabled | disabled ) translate-port ( enabled | disabled )',
  },
  { pattern: 'submit cli transaction', times: 'once' },
  { pattern: 'END', times: 'once' },
];

const FULL_MASK6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
const isPort = (text: string) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535;

const TYPES = {
  monitored: (token: string) => token.startsWith('*:') && isPort(token.slice(2)),
  /** A regular expression for the status line. */
  status: (token: string) => /^"\^HTTP\/1\\\.\[01\] [1-5][0-9]{2}"$/.test(token),
  /** A whole request with its line ends escaped. */
  request: (token: string) =>
    /^"GET \/[a-z]* HTTP\/1\.1(?:\\r\\n[A-Z][a-z]+: [a-z.]+)+\\r\\n\\r\\n"$/.test(token),
  bytes: (token: string) => /^"(?:\\x[0-9a-f]{2})+"$/.test(token),
  ip: (token: string) => isIPv4(token) || isIPv6(token),
  mask: (token: string) => token === '255.255.255.255' || token === FULL_MASK6,
  address: (token: string) => token.startsWith('/Common/') && TYPES.ip(token.slice(8)),
  /** IPv6 has a dot in front of the port. */
  destination(token: string) {
    const [, four, fourPort] = /^\/Common\/([0-9.]+):([0-9]+)$/.exec(token) ?? [];
    if (four !== undefined) return isIPv4(four) && isPort(fourPort!);
    const [, six, sixPort] = /^\/Common\/([0-9a-f:]+)\.([0-9]+)$/.exec(token) ?? [];
    return six !== undefined && isIPv6(six) && isPort(sixPort!);
  },
};

const NAME = /^\/Common\/roomlb-[A-Za-z0-9_.-]{1,200}$/;
const COMMON = {
  names: { monitor: NAME, profile: NAME, persist: NAME, node: NAME, pool: NAME, virtual: NAME },
  types: TYPES,
  comment: '#',
};

export const f5Conf: Grammar = {
  ...COMMON,
  rules: STANZAS,
  read: (text) => readBraced(text, { comment: '#' }),
};

export const f5Script: Grammar = {
  ...COMMON,
  rules: COMMANDS,
  read: (text) => readFlat(text, { comment: '#', tokens: quotedTokens }),
};
