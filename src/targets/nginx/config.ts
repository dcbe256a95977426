/** The whole nginx.conf. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { ENGINE_DEFAULTS } from '../../topology/balancers/balancer.ts';
import { header } from '../header.ts';
import type { Rule } from '../target.ts';
import { isLeftOut } from './drain.ts';
import { canBeProxied } from '../findings.ts';
import { findingsOf } from './findings.ts';
import { bucketSize, maxSize } from './hash-size.ts';
import type { Block } from './listen.ts';
import { FAMILIES, poolName } from './names.ts';
import { namesOf, renderPool } from './pool.ts';
import { renderSingle } from './single.ts';
import { socketsOf, workerConnections, workerFiles } from './sockets.ts';

/** Where Debian's unit expects it, and the driver looks for it unless told otherwise. */
const PID_FILE: string = ENGINE_DEFAULTS.nginx.pidFile;

/** What stands in the place of a draining node's servers, so that readers know of the node. */
export const LEFT_OUT = '# drains: nothing listens on its ports';

/** Where Debian's libnginx-mod-stream puts it. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The longest variable of nginx's own stream modules, with some room. */
const OWN_VARIABLE = 32;

export function renderConfig(intent: Intent, pidFile = PID_FILE): { text: string; rules: Rule[] } {
  const services = intent.services.filter(canBeProxied);
  const blocks = services.map(renderService);
  const purpose = [
    'This is the whole nginx.conf: roomlb owns all of it. Check it with nginx -t, load it with nginx -s reload.',
  ];
  const lines = [
    ...header('nginx', intent, purpose, findingsOf(intent)),
    '',
    ...mainLines(services, pidFile),
    'stream {',
    ...hashSizes(intent, services),
    '  proxy_connect_timeout 2s;',
    ...blocks.flatMap(({ id, block }) => (block.lines.length === 0 ? [] : ['', `  # ${id}`, ...block.lines])),
    '}',
    '',
  ];
  return { text: lines.join('\n'), rules: blocks.flatMap(({ block }) => block.rules) };
}

function renderService(service: VirtualService): { id: string; block: Block } {
  if (isLeftOut(service)) return { id: service.id, block: { lines: [`  ${LEFT_OUT}`], rules: [] } };
  const block = service.role === 'signalling' ? renderPool(service) : renderSingle(service);
  return { id: service.id, block };
}

function mainLines(services: readonly VirtualService[], pidFile: string): string[] {
  const sockets = socketsOf(services);
  return [
    `load_module ${STREAM_MODULE};`,
    'worker_processes auto;',
    `worker_rlimit_nofile ${workerFiles(sockets)};`,
    `pid ${pidFile};`,
    'error_log /var/log/nginx/error.log warn;',
    '',
    'events {',
    `  worker_connections ${workerConnections(sockets)};`,
    '}',
    '',
  ];
}

function hashSizes(intent: Intent, services: readonly VirtualService[]): string[] {
  const names = services.map(namesOf);
  const longest = names.flat().reduce((most, name) => Math.max(most, name.length), 0);
  const most = names.reduce((count, list) => Math.max(count, list.length), 0);
  const variables = intent.vips.flatMap(({ id }) => FAMILIES.map((family) => poolName(id, family).length));
  return [
    `  map_hash_max_size ${maxSize(most)};`,
    `  map_hash_bucket_size ${bucketSize(longest)};`,
    `  variables_hash_bucket_size ${bucketSize(Math.max(OWN_VARIABLE, ...variables))};`,
  ];
}
