import type { Guide } from '../target.ts';
import { GUE_PORT, MAX_BACKENDS } from './tables.ts';

export const guide: Guide = {
  load: [
    'With `glb-healthcheck`: put the file in place as `/etc/glb/forwarding_table.src.json`, then `systemctl reload glb-healthcheck`. It asks the nodes, writes `forwarding_table.checked.json`, and runs the reload command of `healthcheck.conf`.',
    'Without: `glb-director-cli build-config forwarding_table.src.json /etc/glb/forwarding_table.bin`, then `systemctl reload glb-director`. All backends then count as healthy.',
    'The same file on every director, since each must lead a client to the same node. `comment` is for readers; both programs pass over it.',
    `Nodes need \`roomlb render node-setup\`, GUE on port ${GUE_PORT} (\`ip fou add port ${GUE_PORT} gue\`; \`sit0\` up for IPv6), and the iptables module \`glb-redirect\` if the second hop shall save TCP connections.`,
  ],
  drain: [
    '`draining` of a backend in a shared pool: new connections go to the second hop, and what that does not know goes back to the first (glb-redirect, TCP). One at a time.',
    'Media of a draining node stay open (keep-flows), since nobody else could take them, or have no table (`flush`).',
  ],
  rollback: [
    'Put the file of the revision before in place, and reload in the same way. Tables with the same names and backends are the same.',
  ],
  limits: [
    `${MAX_BACKENDS} backends and 256 binds a table; 65,536 rows, fixed. The binary has some 0.5 MB a table, and nodes have one for each family and VIP: 100 nodes of two families take 100 MB.`,
    'tunnel only: packets keep their ports, and nodes answer clients themselves. The tunnel is IPv4 whatever is in it.',
    'No weights, no idle times, no persistence but the hash of the source address (`hash_fields` of director.conf).',
    'A table of one backend has it twice, since build-config reads a second one of every row.',
  ],
  manual: [
    'https://github.com/github/glb-director (June 2026): docs/setup/forwarding-table-config.md, glb-director-configuration.md, glb-healthcheck-configuration.md, backend-proxy-setup.md, docs/development/glb-hashing.md',
    'Its sources: src/glb-director/cli/main.c, glb_fwd_config.h, glb_fwd_config.c, glb_encap_dpdk.c; src/glb-healthcheck/GLBTable.go',
  ],
};
