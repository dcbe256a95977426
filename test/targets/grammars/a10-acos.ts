/** A10 ACOS, from the commands of those names in its Command Line Interface Reference. */
import { isIP } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { readIndented } from './readers.ts';

const atMostOnce = (patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const MONITOR: readonly Rule[] = [
  ...atMostOnce(['retry <1..10>', 'up-retry <1..10>', 'interval <2..180> timeout <1..2>']),
  {
    pattern:
      'method ( http port <port> expect response-code <100..899> url GET <path> | ' +
      '( tcp | udp ) port <port> | compound { sub <@monitor> } { and } )',
    times: 'once',
  },
];

const SERVER: readonly Rule[] = [
  ...atMostOnce(['health-check-disable']),
  {
    pattern: 'port <port> ( tcp | udp )',
    times: 'at least once',
    opens: atMostOnce([
      'template port <@porttemplate>',
      'health-check-disable',
      'weight <1..100>',
      'disable',
    ]),
  },
];

const GROUP: readonly Rule[] = [
  ...atMostOnce(['method service-weighted-rr', '( health-check <@monitor> | health-check-disable )']),
  { pattern: 'member <@server> <port>', times: 'at least once', opens: atMostOnce(['disable']) },
];

const VIRTUAL_PORT: readonly Rule[] = [
  { pattern: 'service-group <@group>', times: 'once' },
  ...atMostOnce([
    'source-nat auto',
    '( no-dest-nat | ipinip )',
    'template persist source-ip <@persist>',
    'template ( tcp <@tcptemplate> | udp <@udptemplate> )',
  ]),
];

const NAME = /^[A-Za-z0-9_.-]{1,63}$/;

export const a10Acos: Grammar = {
  rules: [
    { pattern: 'health monitor <=monitor>', opens: MONITOR },
    { pattern: 'slb template tcp <=tcptemplate>', opens: atMostOnce(['idle-timeout <idle>']) },
    { pattern: 'slb template udp <=udptemplate>', opens: atMostOnce(['idle-timeout <idle>']) },
    { pattern: 'slb template persist source-ip <=persist>', opens: atMostOnce(['timeout <1..2000>']) },
    { pattern: 'slb template port <=porttemplate>', opens: atMostOnce(['del-session-on-server-down']) },
    { pattern: 'slb server <=server> <ip>', opens: SERVER },
    { pattern: 'slb service-group <=group> ( tcp | udp )', opens: GROUP },
    {
      pattern: 'vrrp-a vrid <=vrid>',
      opens: [
        { pattern: 'blade-parameters', times: 'at most once', opens: atMostOnce(['priority <1..255>']) },
      ],
    },
    {
      pattern: 'slb virtual-server <=vserver> <ip>',
      opens: [
        ...atMostOnce(['vrid <@vrid>']),
        { pattern: 'port <port> ( tcp | udp )', opens: VIRTUAL_PORT, times: 'at least once' },
      ],
    },
  ],
  names: {
    monitor: NAME,
    tcptemplate: NAME,
    udptemplate: NAME,
    porttemplate: NAME,
    persist: NAME,
    server: NAME,
    group: NAME,
    vserver: NAME,
    vrid: /^([1-9]|[12][0-9]|3[01])$/,
  },
  types: {
    ip: (token) => isIP(token) > 0,
    idle: (token) => /^[1-9][0-9]{1,4}$/.test(token) && Number(token) % 60 === 0 && Number(token) <= 15_000,
  },
  comment: '!',
  read: (text) => readIndented(text, 2, { comment: '!' }),
};
