import type { Guide } from '../target.ts';
import { SLOTS } from './selection.ts';
import { MAX_ENDPOINTS, MAX_RULES } from './table.ts';

export const guide: Guide = {
  load: [
    'Run `./loxilb.sh` where `loxicmd` reaches LoxiLB: on its host, or in its container (`docker exec -i loxilb sh < loxilb.sh`). loxicmd exits with 0 whatever happens, so look at what it prints (`Error:`), and then at `loxicmd get lb` and `loxicmd get ep`.',
    'A rule that is there gets the endpoints of the file in the place of its own; rules that are not in the file stay. `loxicmd save --lb` keeps rules over a restart, but not their idle times: run the script again instead.',
    'Later changes: `roomlb render loxilb --from OLD --topology NEW`. LoxiLB adds the VIP to its host by itself; routers have to lead it there.',
  ],
  drain: [
    'A draining member of a shared pool is no endpoint any more. LoxiLB marks it inactive, and connections that it tracks go on.',
    'Media of a draining node stay open (keep-flows), since a rule has one endpoint at least, or have no rules (`flush`).',
  ],
  rollback: [
    '`roomlb render loxilb --from OLD --topology NEW --back` prints the calls that take a change back.',
  ],
  limits: [
    `${MAX_RULES} rules, one for each address, port and protocol, of ${MAX_ENDPOINTS} endpoints each. With two families and both protocols a node of 4 media ports takes 16.`,
    `Weights are shares of ${SLOTS} places, of up to ${SLOTS} members. dsr chooses by hash of the connection, persistence by source address; both without weights.`,
    'nat (destination NAT; with snat one-arm) and dsr in layer 2. LoxiLB tunnels to its nodes as well (L3-DSR), which is not written: set up by routes, not by rules.',
    'Idle times of 1 to 86,400 s; persistence of 3 hours, fixed.',
    'A change of idle time or mode takes a rule away for the moment between two calls.',
    'Probes are by HTTP (IPv4), or a connection; a rule finds them by the name of the endpoint, `ADDRESS_PROTOCOL_PORT`.',
  ],
  manual: [
    'https://docs.loxilb.io: cmd.md, nat.md, lb-algo.md (loxilb-io/loxilbdocs)',
    'Sources: loxilb-io/loxicmd (July 2025) cmd/create/create_loadbalancer.go, create_endpoint.go, cmd/delete/delete_loadbalancer.go, pkg/api/loadBalancer.go; loxilb-io/loxilb (August 2026) pkg/loxinet/rules.go, api/restapi/handler/loadbalancer.go',
  ],
};
