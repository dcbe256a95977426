import { formatDuration } from '../values.ts';
import type { Balancer } from './balancer.ts';
import type { BalancerDocument } from './schema.ts';

/** Every default is written out; reading what is written here gives an equal balancer. */
export function toBalancerDocument(balancer: Balancer): BalancerDocument {
  const { id, target, vips, services, host, namespace, maxRemoved, drift, interval, drainLimit, lock } =
    balancer;
  return {
    id,
    target,
    ...(vips && { vips: [...vips] }),
    services,
    ...(host !== null && { host }),
    ...(namespace !== null && { namespace }),
    maxRemoved: formatShare(maxRemoved),
    drift,
    interval: formatDuration(interval),
    drainLimit: drainLimit === null ? 'off' : formatDuration(drainLimit),
    ...(lock !== null && { lock }),
    ...optionsOf(balancer),
  };
}

/** `0.2`: `20%`. */
function formatShare(share: number): string {
  return `${Math.round(share * 100)}%`;
}

function optionsOf(balancer: Balancer): Partial<BalancerDocument> {
  switch (balancer.target) {
    case 'haproxy': {
      const { configFile, statsSocket, masterSocket, stateFile, binary } = balancer;
      return {
        ...{ configFile, statsSocket, masterSocket: masterSocket ?? 'off' },
        ...(stateFile !== null && { stateFile }),
        binary,
      };
    }
    case 'nginx': {
      const { configFile, pidFile, binary } = balancer;
      return { configFile, pidFile, binary };
    }
    case 'keepalived': {
      const { configFile, pidFile, binary, ipvsadm } = balancer;
      return { configFile, pidFile, binary, ipvsadm };
    }
    case 'nftables':
      return { nft: balancer.nft, conntrack: balancer.conntrack };
    case 'ipvs':
      return {
        ipvsadm: balancer.ipvsadm,
        ...(balancer.ownedFile !== null && { ownedFile: balancer.ownedFile }),
      };
    case 'f5-as3':
    case 'a10-acos':
    case 'citrix-netscaler': {
      const { url, credentialsFile, credentialsVariable, caFile, tls, partition } = balancer;
      return {
        url,
        ...(credentialsFile !== null && { credentialsFile }),
        ...(credentialsVariable !== null && { credentialsVariable }),
        ...(caFile !== null && { caFile }),
        tls,
        ...(partition !== null && { partition }),
      };
    }
    case 'file': {
      const { dialect, file, path, checkCommand, reloadCommand } = balancer;
      return {
        dialect,
        ...(file !== null && { file }),
        path,
        ...(checkCommand && { checkCommand: [...checkCommand] }),
        ...(reloadCommand && { reloadCommand: [...reloadCommand] }),
      };
    }
  }
}
