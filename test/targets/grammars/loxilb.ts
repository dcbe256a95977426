/** Calls of loxicmd, from the flags that create_loadbalancer.go and create_endpoint.go define and what they check. */
import { isIP, isIPv4 } from 'node:net';
import type { Grammar } from './grammar.ts';
import { readFlat } from './readers.ts';

const isPort = (text: string) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535;
const flag = (name: string, accepts: (value: string) => boolean) => (token: string) =>
  token.startsWith(`--${name}=`) && accepts(token.slice(name.length + 3));

function isPortPair(value: string): boolean {
  const ports = value.split(':');
  return ports.length === 2 && ports.every(isPort);
}

/** The weight stands behind the last colon; 16 places of 100 % are what the largest is a share of. */
function areEndpoints(value: string): boolean {
  const list = value.split(',').map((one) => /^(.+):([1-9][0-9]{0,2})$/.exec(one));
  const addresses = list.map((match) => match?.[1] ?? '');
  return (
    list.length <= 32 &&
    list.every((match) => isIP(match?.[1] ?? '') > 0 && Number(match?.[2]) <= 100) &&
    new Set(addresses).size === list.length
  );
}

function isName(value: string): boolean {
  const [address = '', protocol = '', port = '', ...more] = value.split('_');
  return isIP(address) > 0 && ['tcp', 'udp'].includes(protocol) && isPort(port) && more.length === 0;
}

export const loxilb: Grammar = {
  rules: [
    {
      pattern:
        'loxicmd create endpoint <ip> <name> ( --probetype=none | ' +
        '--probetype=tcp <probeport> <period> <retries> )',
    },
    // It puts no brackets around IPv6 addresses in URLs.
    {
      pattern:
        'loxicmd create endpoint <ipv4> <name> --probetype=http <probeport> <probereq> <period> <retries>',
    },
    {
      pattern: 'loxicmd create lb <ip> ( <tcp> | <udp> ) <endpoints> <select> [ --mode=onearm ] <inatimeout>',
    },
    { pattern: 'loxicmd create lb <ip> ( <tcp> | <udp> ) <endpoints> --select=hash --mode=dsr <inatimeout>' },
  ],
  names: {},
  types: {
    ip: (token) => isIP(token) > 0,
    ipv4: isIPv4,
    tcp: flag('tcp', isPortPair),
    udp: flag('udp', isPortPair),
    endpoints: flag('endpoints', areEndpoints),
    select: flag('select', (value) => ['rr', 'hash', 'priority', 'persist', 'lc'].includes(value)),
    inatimeout: flag('inatimeout', (value) => /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 86_400),
    name: flag('name', isName),
    probeport: flag('probeport', isPort),
    probereq: flag('probereq', (value) => /^[A-Za-z0-9._~/-]*$/.test(value)),
    period: flag('period', (value) => /^[1-9][0-9]{0,4}$/.test(value) && Number(value) <= 86_400),
    retries: flag('retries', (value) => /^[1-9][0-9]?$/.test(value)),
  },
  comment: '#',
  read: (text) => readFlat(text, { comment: '#' }),
};
