/** Piolink PAS-K, from the values of the vendor's modules and from configurations that devices printed. */
import { isIP } from 'node:net';
import { SyntaxFault, type Grammar, type Node, type Rule } from './grammar.ts';
import { readIndented } from './readers.ts';

const once = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'once' }));
const atMostOnce = (...patterns: readonly string[]): Rule[] =>
  patterns.map((pattern) => ({ pattern, times: 'at most once' }));

const STATUS = 'status ( enable | disable )';

const REAL: readonly Rule[] = [
  ...once(STATUS),
  ...atMostOnce('rport <port>', 'graceful-shutdown ( enable | disable )'),
];

export const piolinkPask: Grammar = {
  rules: [
    {
      pattern: 'health-check <=check>',
      opens: [
        ...once('type ( http | tcp | udp )', 'port <port>', STATUS),
        ...atMostOnce('interval <1..60>', 'timeout <1..60>', 'retry <0..5>', 'recover <0..5>'),
        ...atMostOnce('uri <path>', 'status-code <100..599>'),
      ],
    },
    { pattern: 'real <=real>', opens: once('name <=realname>', 'rip <ip>', 'weight <1..100>', STATUS) },
    {
      pattern: 'slb <=slb>',
      opens: [
        ...once('ip-version ( ipv4 | ipv6 )', 'nat-mode ( dnat | both-nat | dsr | l3dsr-iptunnel )'),
        ...once('lb-method ( rr | wrr )', STATUS),
        ...atMostOnce('session-sync all', 'health-check <checks>', 'session-timeout-mode service'),
        ...atMostOnce('sticky time <1..65535>', 'sticky ( source-subnet <mask4> | source-subnet6 <mask6> )'),
        { pattern: 'session-timeout ( udp | udp-stream | tcp-established ) <1..65535>' },
        ...once('vip <ip> protocol ( tcp | udp ) vport <ports>'),
        { pattern: 'real <@real>', opens: REAL, times: 'at least once' },
      ],
    },
  ],
  names: {
    check: /^[1-9][0-9]{0,2}$/,
    real: /^[1-9][0-9]{0,3}$/,
    realname: /^[A-Za-z0-9_-]{1,20}$/,
    slb: /^[A-Za-z0-9_-]{1,20}$/,
  },
  types: {
    ip: (token) => isIP(token) > 0,
    mask4: (token) => token === '255.255.255.255',
    mask6: (token) => token === 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    checks: (token) => /^[1-9][0-9]{0,2}(,[1-9][0-9]{0,2})?$/.test(token),
    ports: (token) =>
      token.split(',').every((port) => /^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535),
  },
  ignoresCase: true,
  comment: '!',
  read: (text) => closed(readIndented(text, 2, { comment: '!' })),
};

/** Each block ends in `apply`, and is followed by `exit`; neither is left for the rules. */
function closed(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node, i) => {
    const [word] = node.tokens;
    if (node.tokens.length === 1 && word === 'exit') {
      if ((nodes[i - 1]?.body.length ?? 0) === 0) throw new SyntaxFault(`line ${node.line}: nothing is open`);
      return [];
    }
    if (node.body.length === 0) return [node];
    const end = node.body.at(-1)!;
    if (end.tokens.join(' ') !== 'apply') throw new SyntaxFault(`line ${end.line}: not applied`);
    if (nodes[i + 1]?.tokens.join(' ') !== 'exit') throw new SyntaxFault(`line ${end.line}: not left`);
    return [{ ...node, body: closed(node.body.slice(0, -1)) }];
  });
}
