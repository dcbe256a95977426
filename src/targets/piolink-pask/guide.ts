import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Ports have to belong to a `port-boundary`, or nothing is balanced on them.',
    'See that nobody else has real servers 501 to 1000 and health checks 401 to 500: `show real`, `show health-check`.',
    'Paste the file in configuration mode; each block takes effect with its `apply`. Look at `show slb`, then `write-memory`.',
  ],
  drain: [
    'A draining node is `status disable` with `graceful-shutdown enable` below its service: sessions that it has go on, new ones do not come. Watch them end: `show entry`.',
    '`drain: flush` is `status disable` without `graceful-shutdown`, which cuts the media of the node at once.',
  ],
  rollback: [
    'Before a change: `roomlb render piolink-pask --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back.',
    'The device has slots for configurations as well (`config-slot`), and `rollback`.',
  ],
  limits: [
    'Real servers and health checks are known by numbers: 500 nodes and families, which get theirs by a hash of the id. Names of services have 20 characters without dots: longer ids are shortened to their beginning and a piece of their hash.',
    'A node has one service for each 16 media ports, protocol and address. `tunnel` is `l3dsr-iptunnel`. Weights of 1 to 100.',
    'The UDP check sends text only: of a `stunPort` it notices only that it is closed. A pool is checked as a whole.',
    'Failover (`vrrp`, `ha`) is not written: its groups name VLANs and ports. Services of VIPs with `vrrp` have `session-sync all`.',
    'There is no public manual of the command line: try a service on your version before you load all of them.',
  ],
  manual: [
    'What objects are called and which values they take, by the vendor: https://github.com/piolink/ansible_collection_pask, modules pask_slb, pask_real, pask_health_check, pask_failover.',
    'Running configurations of PAS-K as devices printed them, in the parsers of a monitoring product (OBCLIParserPASK).',
  ],
};
