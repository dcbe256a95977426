import type { Guide } from '../target.ts';
import { LOCAL_FILE, localGroup } from './local-addresses.ts';

export const guide: Guide = {
  load: [
    'It is for the keepalived that is built with DPVS (`bin/keepalived`). That of a distribution does not know the words of DPVS: `keepalived -t` of Debian refuses this file.',
    'Put it in place as `/etc/keepalived/keepalived.conf` and reload keepalived (SIGHUP). What differs is changed; connections to members that stay go on.',
    `With \`snat\`: write \`${LOCAL_FILE}\` beside it first, other addresses on each host: \`local_address_group ${localGroup(4)} { 10.20.0.4 dpdk0 }\`, and \`${localGroup(6)}\` for IPv6.`,
    '`vrrp.interface` of a VIP is the name of the DPDK port (`dpdk0`), or of its kernel side (`dpdk0.kni`). Routes are yours: `dpip route add`.',
    'Look: `ipvsadm -ln`, `ipvsadm -G` (local addresses), `dpip addr show`.',
  ],
  drain: [
    'Weight 0: connections go on, new ones do not come.',
    'Media with `drain: flush` have `expire_quiescent_conn`: a connection to a member of weight 0 ends with its next packet.',
  ],
  rollback: ['Put the file of the revision before in place, and reload.'],
  limits: [
    'Idle times of 1 to 3600 s (`establish_timeout`), of each service its own.',
    'A local address is good for some 64,000 flows to one port of one node; nodes see it in the place of the client.',
    'Full NAT needs `rte_flow` on the network card, NAT one core or `redirect on`; tunnels are IP-in-IP.',
    'UDP_CHECK of DPVS 1.10 takes its payload as text, not as hex digits: it cannot send STUN.',
    'A DPDK port has a name of up to 11 characters where VRRP runs on it.',
  ],
  manual: [
    'https://github.com/iqiyi/dpvs (1.10.2): doc/tutorial.md, "Full-NAT with Keepalived" and "NAT mode"; doc/containerized/keepalived.conf; doc/client-address-conservation-in-fullnat.md',
    'Its sources: tools/keepalived/keepalived/check/check_parser.c, check_data.c, check_udp.c, ipvswrapper.c; keepalived/vrrp/vrrp_parser.c; src/ipvs/ip_vs_conn.c, ip_vs_core.c',
  ],
};
