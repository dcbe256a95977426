import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    '`kubectl apply --dry-run=server -f metallb.yaml` checks, `kubectl apply -f metallb.yaml` loads.',
    'A VIP is announced once a Service of `type: LoadBalancer` has it: annotate that with `metallb.io/address-pool: roomlb-VIP-vip` and `metallb.io/loadBalancerIPs: 203.0.113.11,2001:db8::11`; Services of several ports or nodes share it by one `metallb.io/allow-shared-ip`. `externalTrafficPolicy: Local` keeps client addresses.',
    'To have it follow health by itself: a balancer of `target: file`, `dialect: metallb`, with `reloadCommand: [/usr/bin/kubectl, apply, -f, "{file}"]`.',
    'Look: `kubectl -n metallb-system get ipaddresspools,bgpadvertisements,l2advertisements`.',
  ],
  drain: [
    'A VIP all of whose nodes drain is announced with the graceful shutdown community where its media says `drain: flush` (RFC 8326), by BGP.',
    'To take one node of Kubernetes out: `kubectl label node NAME node.kubernetes.io/exclude-from-external-load-balancers=true`.',
  ],
  rollback: [
    'Apply the file of the revision before; what only the newer one had, delete by name: `kubectl -n metallb-system delete ipaddresspool,bgpadvertisement roomlb-VIP-vip`.',
  ],
  limits: [
    'Withdrawn is an advertisement with a selector that no node matches; the pool stays, and Services keep their addresses.',
    'No MED, no router id and no source per session. Ids are shortened to names of Kubernetes: lower case, digits and `-`.',
    'Session passwords are not written: `passwordSecret` of the BGPPeer is yours to add.',
  ],
  manual: [
    'MetalLB, API reference: https://metallb.io/apis/',
    'MetalLB, Configuration and Usage: https://metallb.io/configuration/, https://metallb.io/usage/',
    'RFC 4271, RFC 8326',
  ],
};
