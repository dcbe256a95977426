import {
  failed,
  inNamespace,
  namespacesOf,
  ok,
  setSysctl,
  skipped,
  warning,
  type Check,
  type Finding,
  type Site,
} from '../check.ts';

/** Shares of the table from which it is told. When it is full, new flows are dropped. */
const [MUCH, FULL] = [0.75, 0.95];
const NETFILTER = 'net.netfilter.nf_conntrack';

/** How full the table of flows is, and whether flows that pause are kept as long as the topology says. */
export const conntrack: Check = {
  name: 'conntrack',
  async run(site) {
    const tracking = site.engines.filter(({ needs }) => needs.tracksFlows);
    if (tracking.length === 0) return [skipped('no engine of this host keeps flows there')];
    const found: Finding[] = [];
    for (const namespace of namespacesOf(tracking)) found.push(...(await usage(site, namespace)));
    for (const { balancer, intent } of tracking) {
      const idle = Math.max(
        0,
        ...intent.services.filter(({ protocol }) => protocol === 'udp').map(({ idleTimeout }) => idleTimeout),
      );
      found.push(...(await timeout(site, balancer.id, balancer.namespace, idle)));
    }
    return found;
  },
};

async function usage({ sysctl }: Site, namespace: string | null): Promise<Finding[]> {
  const [count, most] = await Promise.all(
    [`${NETFILTER}_count`, `${NETFILTER}_max`].map((name) => sysctl(name, namespace)),
  );
  const where = inNamespace(namespace);
  if (count === undefined || most === undefined)
    return [
      warning(`the kernel tracks no flows yet${where}`, 'modprobe nf_conntrack; it comes with the rules'),
    ];
  const share = Number(count) / Number(most);
  const what = `${count} of at most ${most} flows${where}`;
  if (share < MUCH) return [ok(what)];
  // A network namespace has the limit of the host, which alone can change it.
  const mend = setSysctl(`${NETFILTER}_max`, String(2 * Number(most)), null);
  return [share < FULL ? warning(what, mend) : failed(what, mend)];
}

/** RoomLB's table has timeouts of its own; flows from before a reload go by those of the host. */
async function timeout(
  { sysctl }: Site,
  id: string,
  namespace: string | null,
  idle: number,
): Promise<Finding[]> {
  const name = `${NETFILTER}_udp_timeout_stream`;
  const has = await sysctl(name, namespace);
  if (idle === 0 || has === undefined) return [];
  const where = inNamespace(namespace);
  if (Number(has) >= idle) return [ok(`${id}: ${name} is ${has}${where}`)];
  return [
    warning(
      `${id}: ${name} is ${has}${where}, and media may pause for ${idle} s: flows from before a reload of rules end sooner`,
      setSysctl(name, String(idle), namespace),
    ),
  ];
}
