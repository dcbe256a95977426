import {
  failed,
  inNamespace,
  ok,
  setSysctl,
  skipped,
  warning,
  type Check,
  type Finding,
  type Site,
} from '../check.ts';

/** Settings that engines in the kernel depend on, as their targets say, in each engine's network namespace. */
export const kernel: Check = {
  name: 'kernel settings',
  async run(site) {
    const wanted = site.engines.flatMap(({ balancer, needs }) =>
      needs.sysctls.map(([name, value]) => ({ balancer, name, value })),
    );
    const found: Finding[] = [];
    for (const { balancer, name, value } of wanted) {
      const has = await site.sysctl(name, balancer.namespace);
      const where = inNamespace(balancer.namespace);
      if (has === value) found.push(ok(`${balancer.id}: ${name} is ${value}${where}`));
      else if (has === undefined)
        found.push(
          failed(
            `${balancer.id}: the kernel has no ${name}${where}`,
            'modprobe ip_vs, where it is one of net.ipv4.vs',
          ),
        );
      else
        found.push(
          failed(
            `${balancer.id}: ${name} is ${has}${where}, not ${value}`,
            setSysctl(name, value, balancer.namespace),
          ),
        );
    }
    found.push(...(await strictSources(site)));
    return found.length > 0 ? found : [skipped('no engine of this host depends on any')];
  },
};

/**
 * With dsr and tunnel answers pass the balancer by, so that the way back to a client need not be the one that it
 * came by: strict reverse-path filtering (1) drops it then (Linux ip-sysctl.rst, RFC 3704).
 */
async function strictSources({ engines, sysctl }: Site): Promise<Finding[]> {
  const oneWay = engines.filter(
    ({ needs, intent }) => needs.inKernel && intent.vips.some(({ forwarding }) => forwarding !== 'nat'),
  );
  const name = 'net.ipv4.conf.all.rp_filter';
  const found: Finding[] = [];
  for (const { balancer } of oneWay) {
    if ((await sysctl(name, balancer.namespace)) !== '1') continue;
    const what = `${balancer.id}: ${name} is 1${inNamespace(balancer.namespace)}: packets of clients whose way back is another are dropped`;
    found.push(warning(what, setSysctl(name, '2', balancer.namespace)));
  }
  return found;
}
