import { hostname } from 'node:os';
import { clusterView } from '../../cluster/view.ts';
import { buildIntent } from '../../intent/build.ts';
import { intentFor } from '../../reconcile/balancer-intent.ts';
import { isDevice } from '../../topology/balancers/balancer.ts';
import type { Topology } from '../../topology/model.ts';
import { runCommand } from '../../targets/driving/command.ts';
import { findTarget } from '../../targets/registry.ts';
import type { LocalEngine, Site } from './check.ts';

/** @param host this machine's name */
export function siteOf(
  topology: Topology,
  options: Pick<Site, 'store' | 'dispatcher' | 'access' | 'stateFolder'>,
  host = hostname(),
): Site {
  const whole = buildIntent(clusterView(topology));
  const balancers = topology.balancers.filter(
    (balancer) => !isDevice(balancer) && (balancer.host === null || balancer.host === host),
  );
  const engines = balancers.flatMap((balancer): LocalEngine[] => {
    const intent = intentFor(whole, balancer);
    const needs = findTarget(balancer.target)?.hostNeeds?.(balancer, intent);
    return needs ? [{ balancer, intent, needs }] : [];
  });
  return { ...options, topology, balancers, engines, sysctl, now: Date.now };
}

/**
 * Read where the network namespace is, since most of net.* is its own (Linux: /proc/sys/net shows the reader's).
 *
 * @throws DriverError where there is no such namespace, or it may not be entered
 */
async function sysctl(name: string, namespace: string | null): Promise<string | undefined> {
  const path = `/proc/sys/${name.replaceAll('.', '/')}`;
  const { stdout, stderr, code } = await runCommand('cat', [path], { namespace });
  if (code === 0) return stdout.trim().replaceAll(/\s+/g, ' ');
  if (stderr.includes('No such file') && stderr.includes(path)) return undefined;
  throw new Error(stderr.trim());
}
