import type { Guide } from '../target.ts';
import { MAX_REALS, MAX_VIPS } from './table.ts';

export const guide: Guide = {
  load: [
    "Build katran's example server and its client (`example_grpc`, `build_grpc_client.sh`), put the client on the path as `katran_goclient`, and start `katran_server_grpc` as its EXAMPLE.md says, with the MAC address of the router (`-default_mac`) and `-hc_forwarding=false` where nothing on the host checks nodes.",
    'Run `./katran.sh` on the host, once after each start: katran keeps nothing, and refuses a VIP that it has already, at which the script stops. `katran_goclient -l` shows what is there, `-s` counts.',
    'Later changes: `roomlb render katran --from OLD --topology NEW`. Only VIPs that the topology names are touched.',
    'Routers must lead the VIPs to the host. Nodes need `roomlb render node-setup`: the script for tunnels unpacks what katran wraps (IP-in-IP; not what it wraps when it is built with GUE_ENCAP).',
  ],
  drain: [
    'Weight 0 in a shared pool: connections go on, as long as katran remembers them (8 million; UDP for 30 s of silence), new ones do not come.',
    'Media of a draining node stay open (keep-flows), since katran keeps the last real of a VIP whatever its weight, or their VIPs are deleted (`flush`).',
    'A real that is deleted goes on getting flows that katran remembers: set it to weight 0 and wait, which is what the first part of `--from` does.',
  ],
  rollback: [
    '`roomlb render katran --from OLD --topology NEW --back` prints the calls that take a change back.',
    'Everything: `katran_goclient -C` deletes all VIPs, also those of others; then run the script of the revision before.',
  ],
  limits: [
    `${MAX_VIPS} VIPs (one for each address, port and protocol) and ${MAX_REALS} reals, as it is built by default. With two families and both protocols a node of 4 media ports takes 16.`,
    'tunnel only: packets keep their ports, and nodes answer clients themselves. IPv6 VIPs need IPv6 nodes.',
    'Weights need the MaglevV2 hash, which the example gRPC server sets; the first Maglev of the library all but evens them out.',
    'It keeps no idle times. No fragments, no IP options; frames of up to 1514 bytes come in, and leave 20 or 40 bytes longer.',
    'While a VIP is being added it has, for the moment between two calls, the reals of a VIP that was deleted before.',
  ],
  manual: [
    'https://github.com/facebookincubator/katran: EXAMPLE.md, USAGE.md, README.md ("Environment requirements")',
    'Its sources: example_grpc/goclient/src/katranc, example_grpc/protos/katran.proto, example_grpc/katran_server.cpp, katran/lib/KatranLb.cpp, Vip.cpp, MaglevHashV2.cpp, bpf/balancer_consts.h, bpf/balancer.bpf.c',
  ],
};
