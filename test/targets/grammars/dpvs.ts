/**
 * keepalived.conf of DPVS, from the keywords that its parsers install (check_parser.c, vrrp_parser.c, global_parser.c
 * of iqiyi/dpvs, tools/keepalived).
 */
import { isIP } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { readBraced } from './readers.ts';

const once = (patterns: readonly string[]): Rule[] => patterns.map((pattern) => ({ pattern, times: 'once' }));
const atMostOnce = (patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const CHECKERS: readonly Rule[] = [
  {
    pattern: 'HTTP_GET \\{',
    opens: [
      { pattern: 'url \\{', times: 'once', opens: once(['path <path>', 'status_code <100..599>']) },
      ...once(['connect_port <port>']),
    ],
  },
  { pattern: 'TCP_CHECK \\{', opens: once(['connect_port <port>']) },
  { pattern: 'UDP_CHECK \\{', opens: once(['connect_port <port>']) },
];

const VIRTUAL_SERVER: readonly Rule[] = [
  ...once([
    'protocol ( TCP | UDP )',
    'lb_algo ( rr | wrr | wlc | mh | conhash )',
    'lb_kind ( FNAT | NAT | DR | TUN )',
  ]),
  ...atMostOnce([
    'laddr_group_name ( roomlb-v4 | roomlb-v6 )',
    'persistence_timeout <1..4294967295>',
    'establish_timeout <1..3600>',
    'expire_quiescent_conn',
    'delay_loop <1..3600>',
    'retry <1..100>',
    'delay_before_retry <0..3600>',
    'connect_timeout <1..3600>',
  ]),
  {
    pattern: 'real_server <ip> <port> \\{',
    times: 'at least once',
    opens: [...once(['weight <0..65535>']), ...atMostOnce(['inhibit_on_failure']), ...CHECKERS],
  },
];

const ADDRESSES: readonly Rule[] = [{ pattern: '<prefix>' }];

export const dpvs: Grammar = {
  rules: [
    {
      pattern: 'global_defs \\{',
      times: 'once',
      opens: atMostOnce(['router_id <word>', 'enable_script_security', 'vrrp_version <2..3>']),
    },
    { pattern: 'include roomlb-local-addresses.conf', times: 'at most once' },
    {
      pattern: 'vrrp_sync_group <=sync> \\{',
      opens: [{ pattern: 'group \\{', times: 'once', opens: [{ pattern: '<instance>' }] }],
    },
    {
      pattern: 'vrrp_instance <=instance> \\{',
      opens: [
        ...once(['state BACKUP', 'nopreempt', 'interface <kni>', 'dpdk_interface <device>']),
        ...once(['virtual_router_id <1..255>', 'priority <1..255>', 'advert_int <1..255>']),
        ...atMostOnce(['unicast_src_ip <ip>']),
        { pattern: 'unicast_peer \\{', times: 'at most once', opens: [{ pattern: '<ip>' }] },
        { pattern: 'virtual_ipaddress \\{', times: 'once', opens: ADDRESSES },
        { pattern: 'virtual_ipaddress_excluded \\{', times: 'at most once', opens: ADDRESSES },
      ],
    },
    { pattern: 'virtual_server <ip> <port> \\{', opens: VIRTUAL_SERVER },
  ],
  names: { sync: /^[A-Za-z0-9_.-]{1,63}$/, instance: /^[A-Za-z0-9_.-]{1,63}\/ipv[46]$/ },
  types: {
    ip: (token) => isIP(token) > 0,
    prefix: (token) => {
      const [address = '', length] = token.split('/');
      const family = isIP(address);
      return (family === 4 && length === '32') || (family === 6 && (length === '128' || length === '64'));
    },
    instance: (token) => /^[A-Za-z0-9_.-]{1,63}\/ipv[46]$/.test(token),
    kni: (token) => /^[A-Za-z0-9_.-]{1,11}\.kni$/.test(token),
    device: (token) => /^[A-Za-z0-9_.-]{1,11}$/.test(token),
  },
  comment: '#',
  read: (text) => readBraced(text, { comment: '#' }),
};
