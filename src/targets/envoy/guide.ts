import type { Guide } from '../target.ts';
import { FOLDER } from './names.ts';

export const guide: Guide = {
  load: [
    `\`roomlb render envoy --out DIR && sh DIR/install.sh\`: copies what changed into \`${FOLDER}\` and moves it into place, clusters before listeners. Envoy watches for moves: it takes the new file over at once, and a file that is written where it is it does not notice.`,
    `The first time: \`envoy -c ${FOLDER}/envoy.json --mode validate\`, then the same without \`--mode\`. envoy.json never changes with nodes, so Envoy is restarted for a new version only. Names of its files are absolute: in a container mount the folder there.`,
    "Health and weights change `eds-VIP.json` alone. `rds-VIP.json` has the routes of a VIP whose HTTP Envoy reads, so that a new node cuts nobody's WebSocket; `cds.json` and `lds.json` change with nodes and ports.",
    'In a Kubernetes ConfigMap files are changed by a symbolic link in the folder: add `"watched_directory": {"path": "' +
      FOLDER +
      '"}` beside each `path`. Elsewhere do without, since each move in the folder would then have all files read again.',
    'What Envoy made of it: `curl 127.0.0.1:9901/stats?filter=update_rejected`, which should be 0, and `/config_dump`, whose `version_info` tells the revision of each file.',
    `To follow the health of nodes, \`balancers: [{ id: envoy-1, target: file, dialect: envoy, file: eds-public.json, path: ${FOLDER}/eds-public.json }]\` and \`roomlb sync envoy-1 --dispatcher URL\`. The file is moved into place, so that no reloadCommand is needed; \`checkCommand: [/usr/bin/jq, -e, .version_info, '{file}']\` would look at it first. An entry each for cds.json, rds-VIP.json and lds.json has nodes come and go as well; a VIP that is new needs install.sh once.`,
  ],
  drain: [
    'A draining member is `DRAINING` in `eds-VIP.json`: connections go on, and new ones come only from clients that name the node.',
    'UDP media of a draining node: `keep-flows` leaves its ports as they are, `flush` takes the listeners away, which ends UDP sessions at once and TCP connections after `--drain-time-s`.',
  ],
  rollback: [
    'Render the topology of before, and run its `install.sh`. Envoy keeps what it has where a file is no good.',
  ],
  limits: [
    "Envoy's own hash is not RoomLB's: its Maglev table is made of addresses of hosts with XXH64, RoomLB's of node ids. So rooms are not hashed here; a client names its node, and one that does not is balanced by weight.",
    'One listener for each media port and protocol, one cluster for each port: what Envoy needs to start and to hold them grows with ports, where nftables has one rule for a whole node.',
    'A cluster that changes (a node gets another address) loses its UDP sessions. Datagrams are of up to 1500 bytes.',
    'The proxy is not transparent: `use_original_src_ip` would need every answer routed back through this host, and does not keep ports.',
    "Neither Debian nor npm has a package of Envoy, so this was never run here. Its files are held to a model of ours and to Envoy's own protos, with the ranges that they name.",
  ],
  manual: [
    'API v3, as the protos say it: https://github.com/envoyproxy/data-plane-api, and https://www.envoyproxy.io/docs/envoy/latest/api-v3/api',
    'UDP proxy: https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/udp_filters/udp_proxy',
    'Files as a source, and one resource in each: `PathConfigSource` in config_source.proto, source/extensions/clusters/eds/eds.cc, source/common/rds/rds_route_config_subscription.cc',
    'What draining a listener means: https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/operations/draining',
  ],
};
