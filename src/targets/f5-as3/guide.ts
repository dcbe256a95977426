import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'By RoomLB itself: `balancers: [{ id: bigip-1, target: f5-as3, url: https://BIG-IP, credentialsFile: FILE }]`, then `roomlb plan bigip-1` and `roomlb apply bigip-1`. It posts the tenant after a dry run, with the optimistic lock of what it has read, waits for the task, and reads back. `partition` names another tenant. By hand:',
    'Dry run first: post it with `"action": "dry-run"` instead of `deploy` (AS3 3.30 and later), and read the answer.',
    '`curl -u USER -H "Content-Type: application/json" --data @as3.json https://BIG-IP/mgmt/shared/appsvcs/declare`; large ones answer 202 with a task to ask after.',
    "The tenant `roomlb_CLUSTER` is RoomLB's own, by its label `roomlb CLUSTER`: AS3 replaces all of it, and nothing else.",
  ],
  drain: [
    'A draining member has `adminState: disable`: flows and persistence that it has go on, new ones do not come.',
    '`drain: flush` needs a hand: `tmsh delete sys connection ss-server-addr NODE-ADDRESS`.',
  ],
  rollback: [
    'Post the file of the revision before. AS3 keeps the last four declarations as well: `GET /mgmt/shared/appsvcs/declare?age=1`.',
    '`DELETE /mgmt/shared/appsvcs/declare/roomlb_CLUSTER` removes all of it.',
  ],
  limits: [
    'What RoomLB reads back is what was declared to AS3. Of changes made past AS3 (by tmsh or the web interface) it knows nothing; the next apply that has something to do undoes them.',
    'Ratios of 1 to 100; names of up to 190 characters, so that ids are never shortened; remarks of 64.',
    'No tunnel: AS3 has no IP-in-IP profile for pools. `f5-tmsh` has.',
    'Each media port is one Service_L4 for each protocol and address. AS3 takes minutes over thousands of them.',
  ],
  manual: [
    'BIG-IP AS3 API Methods Details: https://clouddocs.f5.com/products/extensions/f5-appsvcs-extension/latest/refguide/as3-api.html',
    'BIG-IP AS3 Schema Reference: https://clouddocs.f5.com/products/extensions/f5-appsvcs-extension/latest/refguide/schema-reference.html',
    'Schema 3.56.0: https://github.com/F5Networks/f5-appsvcs-extension/tree/main/schema',
  ],
};
