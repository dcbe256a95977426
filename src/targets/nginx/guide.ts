import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: ['`nginx -t -c nginx.conf`, put it in place as `/etc/nginx/nginx.conf`, then `nginx -s reload`.'],
  drain: [
    'TCP goes on in the old workers. UDP ports of a draining node stay open under `keep-flows`, since every reload gives flows a new source port anyway; under `flush` they close.',
  ],
  rollback: ['Put the file of the revision before in place, and reload.'],
  limits: [
    'UDP flows do not survive a reload unharmed; nftables or IPVS forward them without one.',
    'Checks are passive: a member is passed over after connections to it failed.',
  ],
  manual: [
    'ngx_stream_core_module and its neighbours: https://nginx.org/en/docs/stream/ngx_stream_core_module.html',
  ],
};
