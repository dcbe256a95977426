import type { Server } from './servers.ts';

/**
 * Of IPVS itself, what these services need; Linux Documentation/networking/ipvs-sysctl.rst. keepalived sets the
 * idle timeouts, but none of these: without the first, connections of a real server that was taken out are
 * dropped for as long as their clients go on sending.
 */
export function neededSysctls(servers: readonly Server[]): Record<string, string> {
  if (servers.length === 0) return {};
  const persistent = servers.some(({ options }) => options.includes(' -p '));
  return {
    'net.ipv4.vs.expire_nodest_conn': '1',
    ...(persistent ? { 'net.ipv4.vs.expire_quiescent_template': '1' } : {}),
  };
}
