/** Cisco IOS SLB, from the sections of its Command Reference that bear the names of the commands. */
import type { Grammar, Rule } from './grammar.ts';
import { readIndented } from './readers.ts';

const PROBE_TIMES: readonly Rule[] = [
  { pattern: 'port <port>', times: 'once' },
  { pattern: 'interval <1..65535>', times: 'at most once' },
];

const HTTP: readonly Rule[] = [
  ...PROBE_TIMES,
  { pattern: 'request [ method ( get | post | head ) ] [ url <path> ]', times: 'at most once' },
  { pattern: 'expect [ status <100..599> ]', times: 'at most once' },
];

const CUSTOM_UDP: readonly Rule[] = [
  ...PROBE_TIMES,
  { pattern: 'timeout <1..65535>', times: 'at most once' },
  { pattern: 'faildetect <1..255>', times: 'at most once' },
  { pattern: 'request data ( <0..65535> | continue ) { <byte> }', times: 'at least once' },
  { pattern: 'response <1..8> data <0..65535> { <byte> }', times: 'at least once' },
];

const REAL: readonly Rule[] = [
  { pattern: 'weight <1..255>', times: 'at most once' },
  { pattern: '( inservice | no inservice )', times: 'once' },
];

const FARM: readonly Rule[] = [
  { pattern: 'nat server', times: 'at most once' },
  { pattern: 'nat client RL-SNAT', times: 'at most once' },
  { pattern: 'predictor ( roundrobin | leastconns )', times: 'at most once' },
  { pattern: 'probe <@probe>' },
  { pattern: 'real <ipv4> [ <port> ]', opens: REAL, times: 'at least once' },
];

const VSERVER: readonly Rule[] = [
  { pattern: 'virtual <ipv4> ( tcp | udp ) <port>', times: 'once' },
  { pattern: 'serverfarm <@farm>', times: 'once' },
  { pattern: 'sticky <1..65535>', times: 'at most once' },
  { pattern: 'idle <10..65535>', times: 'at most once' },
  { pattern: 'inservice [ standby <@group> ]', times: 'once' },
];

const INTERFACE: readonly Rule[] = [
  { pattern: 'standby <0..255> name <=group>', times: 'once' },
  { pattern: 'standby <0..255> priority <0..255>', times: 'at most once' },
  { pattern: 'standby <0..255> timers <1..254> <1..255>', times: 'at most once' },
];

/** "The character string is limited to 15 characters." */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

export const ciscoIosSlb: Grammar = {
  rules: [
    { pattern: 'ip slb probe <=probe> http', opens: HTTP },
    { pattern: 'ip slb probe <=probe> tcp', opens: PROBE_TIMES },
    { pattern: 'ip slb probe <=probe> custom udp', opens: CUSTOM_UDP },
    { pattern: 'interface <word>', opens: INTERFACE },
    { pattern: 'ip slb serverfarm <=farm>', opens: FARM },
    { pattern: 'ip slb vserver <=vserver>', opens: VSERVER },
  ],
  names: { probe: NAME, farm: NAME, vserver: NAME, group: /^[A-Za-z0-9_.-]{1,25}$/ },
  ignoresCase: true,
  comment: '!',
  read: (text) => readIndented(text, 1, { comment: '!' }),
};
