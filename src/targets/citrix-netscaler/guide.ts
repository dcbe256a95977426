import type { Guide } from '../target.ts';

export const guide: Guide = {
  load: [
    'By RoomLB itself: `balancers: [{ id: netscaler-1, target: citrix-netscaler, url: https://DEVICE, credentialsFile: FILE }]`, then `roomlb plan netscaler-1` and `roomlb apply netscaler-1`, by NITRO: it lists the objects, makes, changes and removes those that differ, reads them back and saves the configuration. Its own are those with the comment `roomlb_CLUSTER`, and monitors named `roomlb-mon-CLUSTER-…`, which have no comment; what was loaded by hand it takes over with `--adopt`. `partition` names an admin partition other than the default; of a high-availability pair give the address that the primary has. VRIDs stay with you. By hand:',
    'The appliance needs the feature: `enable ns feature LB`; for VIPs in `dsr` also `enable ns mode MBF`. RoomLB leaves both to you, since they are for all of the appliance.',
    'Copy the file to `/var/tmp` and run it: `batch -fileName /var/tmp/netscaler.conf -outfile /var/tmp/netscaler.out`. Read the output: each line that was refused says so there, and the rest is done nevertheless.',
    'Look at it: `show lb vserver -summary`, `show serviceGroup roomlb-pool-VIP-v4`, then `save ns config`.',
    'Where nodes have a `stunPort`, see that the bytes arrived whole: `show lb monitor roomlb-mon-CLUSTER-stun-PORT`. How the command line takes bytes that do not print is in no reference; written here are the octal escapes of ns.conf.',
  ],
  drain: [
    'A draining member is `disable serviceGroup GROUP SERVER PORT -graceFul YES`: what it has goes on, and clients that persist still reach it; it is out of service once the last connection has ended. `-delay SECONDS` behind it ends the wait at the latest then. Watch: `show serviceGroup GROUP`.',
    '`drain: flush`: disabled at once, with `-downStateFlush ENABLED`, which cuts its flows.',
    'Back: `enable serviceGroup GROUP SERVER PORT`.',
  ],
  rollback: [
    'Before a change: `roomlb render citrix-netscaler --from OLD --topology NEW` prints the commands that make it, and with `--back` those that take it back. Run the first part, wait until `show serviceGroup GROUP` says that members which leave are out of service, then run the second. New members are bound before others are unbound.',
    'Before loading: `save ns config`, and copy `/nsconfig/ns.conf` away. `clear ns config basic` and a `batch` of the copy takes all back, with an interruption.',
    'Or without one: load the file of the revision before, and remove what only the newer had: `rm lb vserver NAME` first, then `rm serviceGroup NAME`, `rm server NAME`, `rm lb monitor NAME TYPE`.',
  ],
  limits: [
    'Weights of 1 to 100; persistence of 2 to 1440 minutes; names of 127 characters whose case does not count: ids with capitals get a piece of their hash.',
    '`rm ns ip` and `rm vrID` are refused where something that is not of RoomLB still uses them: they stay, as they should.',
    "By NITRO: objects that others have made stay as they are, even where they have names like RoomLB's; a monitor, server or group of RoomLB's that somebody has bound to his own is not removed, since the appliance refuses, and the change is undone.",
    'Each media port is one virtual server and one service group for each protocol and address; an appliance takes some thousands of them, by model and licence.',
    'TCP by `nat` is ended and opened anew (layer 4 proxy), with the address of the client unless `snat` is set. TLS is passed on as it is.',
    'In `dsr` and `tunnel` virtual servers are of type ANY: UDP and TCP of one port go to the same node.',
  ],
  manual: [
    'NITRO API: https://developer-docs.netscaler.com/en-us/adc-nitro-api',
    'NetScaler Command Reference, "lb vserver", "lb monitor", "serviceGroup", "server", "vrID", "batch": https://developer-docs.netscaler.com/en-us/adc-command-reference-int',
    'Configure load balancing in direct server return mode (docs.netscaler.com), CTX110501, CTX138969.',
  ],
};
