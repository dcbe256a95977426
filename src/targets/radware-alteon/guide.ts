import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'Paste the file into a CLI session, then look at `diff`, and `apply`; nothing counts before. Then `save`.',
    'Server load balancing has to be on (`/c/slb/on`), and ports have client and server processing as your network needs.',
    'Look at `/info/slb/virt` and `/info/slb/real`.',
  ],
  drain: [
    'Draining is an operational command: `/oper/slb/dis REAL p` (persistent clients still get in) or `n` (nobody new); sessions go on. It is of the real server as a whole, and gone after a restart.',
    'In the file a draining member is `dis` in the signalling group, which is for the time after that; `drain: flush` is `dis` in its media group, at once.',
    'Back: `/oper/slb/ena REAL`.',
  ],
  rollback: [
    'Before a change: `roomlb render radware-alteon --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back. Paste the first part (`/oper/slb/dis REAL n` for members that leave a group or are to be `dis` in it), wait until `/info/slb/real REAL` counts no sessions, then paste the second, which ends in `apply`, `save` and `/oper/slb/ena` of those that stay elsewhere.',
    'Before `apply`: `revert`. After: `/cfg/ptcfg HOST FILE` beforehand keeps a copy, `/cfg/gtcfg HOST FILE`, `apply` takes it back.',
    'Or load the file of the revision before, and remove what only the newer one had: `/c/slb/virt ID/del` first, then `/c/slb/group ID/del`, `/c/slb/real ID/del`.',
  ],
  limits: [
    'No tunnel. Ids of 32 characters without dots: longer ones are shortened to their beginning and a piece of their hash. Weights of 1 to 48. Times in even minutes, at least 2: a media flow that fell silent is remembered for that long.',
    'UDP and TCP of a VIP are two virtual servers with one address, since a service is known by its port alone.',
    'Ports 21, 22, 25, 53, 80, 123, 389 and 443 belong to applications; RoomLB uses `http` and `ssl` for signalling on 80 and 443.',
    'The UDP check sends nothing that can be chosen: of a `stunPort` it notices only that it is closed.',
    'Where `snat` is taken off, the change sets the `pip` mode of the services back to `ingress`: see that no proxy address is on the ports that clients come in by.',
    'A node has one group for its media, but each media port is one service for each protocol and address; devices take about a thousand groups and services, by model.',
  ],
  manual: [
    'Alteon Command Line Interface Reference Guide (34.5): /cfg/slb/real, group, virt, advhc, pip; /cfg/l3/vrrp/vr; /oper/slb (portals.radware.com).',
    'Alteon Application Guide, "Disabling and Enabling Real Servers", "Pre-defined Health Check Summary".',
    'What devices answered to pasted configurations: https://github.com/Radware/F5-to-Alteon-Migrator, DELTAS.md.',
  ],
};
