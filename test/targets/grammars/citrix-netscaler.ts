/** Citrix NetScaler, from the commands of those names in its Command Reference. */
import { isIP, isIPv6 } from 'node:net';
import type { Grammar, Rule } from './grammar.ts';
import { quotedTokens, readFlat } from './readers.ts';

/** Resptimeout is less than the interval, both in seconds. */
const TIMES =
  '-destPort <port> -interval <3..20940> [ -resptimeout <1..2> ] [ -retries <1..127> ] [ -successRetries <1..32> ]';
const FLUSH = '-downStateFlush ( ENABLED | DISABLED )';

const COMMANDS: readonly Rule[] = [
  { pattern: `add lb monitor <=monitor> HTTP -respCode <100..599> -httpRequest <request> ${TIMES}` },
  { pattern: `add lb monitor <=monitor> TCP ${TIMES}` },
  { pattern: `add lb monitor <=monitor> UDP-ECV -send <bytes> -recv <bytes> ${TIMES}` },
  { pattern: 'add server <=server> <ip>' },
  { pattern: 'add vrID <=vrid> [ -priority <0..255> ]' },
  { pattern: 'add vrID6 <=vridsix> [ -priority <0..255> ]' },
  { pattern: 'add ns ip <ipv4> 255.255.255.255 -type VIP -vrID <@vrid>' },
  { pattern: 'add ns ip6 <address6> -type VIP -vrID6 <@vridsix>' },
  {
    pattern:
      'add serviceGroup <=group> ( TCP | UDP | ANY ) ( -usip YES [ -useproxyport ( YES | NO ) ] | -usip NO ) ' +
      `[ -healthMonitor ( YES | NO ) ] -cltTimeout <1..31536000> -svrTimeout <1..31536000> ${FLUSH}`,
  },
  { pattern: 'bind serviceGroup <@group> <@server> <port> [ -weight <1..100> ]' },
  { pattern: 'bind serviceGroup <@group> -monitorName <@monitor>' },
  { pattern: 'disable serviceGroup <@group> <@server> <port> [ -graceFul ( YES | NO ) ]' },
  {
    pattern:
      'add lb vserver <=vserver> ( ( TCP | UDP ) <ip> <port> <persistence> -lbMethod ROUNDROBIN | ' +
      'ANY <ip> <port> <persistence> -lbMethod ROUNDROBIN -m ( MAC | IPTUNNEL ) ) ' +
      `-cltTimeout <1..31536000> ${FLUSH}`,
  },
  { pattern: 'bind lb vserver <@vserver> <@group>' },
];

const PERSISTENCE = '-persistenceType ( NONE | SOURCEIP -timeout <2..1440> )';

/** "Must begin with an ASCII alphabetic or underscore character"; spaces left out. */
const NAME = /^[A-Za-z_][A-Za-z0-9_#.:@=-]{0,126}$/;
const VRID = /^([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$/;

export const citrixNetscaler: Grammar = {
  rules: COMMANDS.map((rule) => ({
    ...rule,
    pattern: rule.pattern.replaceAll('<persistence>', PERSISTENCE),
  })),
  names: { monitor: NAME, server: NAME, group: NAME, vserver: NAME, vrid: VRID, vridsix: VRID },
  types: {
    ip: (token) => isIP(token) > 0,
    address6: (token) => token.endsWith('/128') && isIPv6(token.slice(0, -4)),
    request: (token) => /^"GET \/[a-z]*"$/.test(token),
    bytes: (token) => /^"(\\[0-3][0-7]{2}){1,128}"$/.test(token),
  },
  ignoresCase: true,
  comment: '#',
  read: (text) => readFlat(text, { comment: '#', tokens: quotedTokens }),
};
