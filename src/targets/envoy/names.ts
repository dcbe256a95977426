/** Names of Envoy's objects, and of files. Ids hold no `/` and no `:`, so that names made with them are distinct. */
import type { VirtualService } from '../../intent/model.ts';
import type { FileSource } from './model.ts';

/** Where Envoy looks for all that RoomLB writes; `install.sh` puts it there. The folder is RoomLB's own. */
export const FOLDER = '/etc/envoy/roomlb';

export const BOOTSTRAP_FILE = 'envoy.json';
export const CLUSTERS_FILE = 'cds.json';
export const LISTENERS_FILE = 'lds.json';
export const INSTALLER = 'install.sh';

/** Ids that differ by case only are refused in topologies. */
export function endpointsFile(vip: string): string {
  return `eds-${vip.toLowerCase()}.json`;
}

export function routesFile(vip: string): string {
  return `rds-${vip.toLowerCase()}.json`;
}

/** A file that Envoy reads again whenever another is moved into its place. */
export function fileSource(file: string): FileSource {
  return { path_config_source: { path: `${FOLDER}/${file}` }, resource_api_version: 'V3' };
}

/** The shared pool of a VIP: its listener, cluster and routes. */
export function poolName(vip: string): string {
  return `${vip}/signalling`;
}

/** One node's signalling port: the cluster that a name leads to, and the listener of its own port. */
export function nodeName(vip: string, node: string): string {
  return `${vip}/signalling/${node}`;
}

/** A media port of a node, whoever asks for it: TCP and UDP lead to the same cluster. */
export function mediaCluster(vip: string, node: string, port: number): string {
  return `${vip}/media/${node}:${port}`;
}

export function mediaListener({ id }: VirtualService, port: number): string {
  return `${id}:${port}`;
}
