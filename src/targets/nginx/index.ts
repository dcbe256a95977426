/**
 * nginx as a proxy for streams, TCP and UDP: a complete `nginx.conf`. Written for 1.22 as in the
 * documentation of ngx_stream_core_module and its neighbours (port ranges: 1.15.10).
 */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { header } from '../header.ts';
import { guide } from './guide.ts';
import type { Rendering, Target } from '../target.ts';
import { carries, findingsOf } from './findings.ts';
import { bucketSize, maxSize } from './hash-size.ts';
import type { Block } from './listen.ts';
import { FAMILIES, poolName } from './names.ts';
import { namesOf, renderPool } from './pool.ts';
import { renderSingle } from './single.ts';
import { socketsOf, workerConnections, workerFiles } from './sockets.ts';

export const nginx: Target = {
  name: 'nginx',
  kind: 'linux',
  title: 'nginx: stream proxy for TCP and UDP',
  capabilities: {
    udp: 'proxied; a reload gives flows a new source port',
    tcp: 'proxied; TLS passed on or ended',
    forwarding: ['nat'],
    ipv6: true,
    naming: ['sni', 'ports'],
    health: 'passive: failed connections',
    drain: 'TCP goes on in old workers; UDP ports stay (keep-flows) or close (flush)',
    versions: 'nginx 1.22',
  },
  guide,
  render,
};

/** Where Debian's libnginx-mod-stream puts it. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The longest variable of nginx's own stream modules, with some room. */
const OWN_VARIABLE = 32;

function render(intent: Intent): Rendering {
  const findings = findingsOf(intent);
  const services = intent.services.filter(carries);
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };

  const blocks = services.map(renderService);
  const purpose = [
    'This is the whole nginx.conf: roomlb owns all of it. Check it with nginx -t, load it with nginx -s reload.',
  ];
  const lines = [
    ...header('nginx', intent, purpose, findings),
    '',
    ...mainLines(services),
    'stream {',
    ...hashSizes(intent, services),
    '  proxy_connect_timeout 2s;',
    ...blocks.flatMap(({ id, block }) => (block.lines.length === 0 ? [] : ['', `  # ${id}`, ...block.lines])),
    '}',
    '',
  ];
  return {
    files: [{ path: 'nginx.conf', content: lines.join('\n') }],
    rules: blocks.flatMap(({ block }) => block.rules),
    findings,
  };
}

function renderService(service: VirtualService): { id: string; block: Block } {
  const block = service.role === 'signalling' ? renderPool(service) : renderSingle(service);
  return { id: service.id, block };
}

function mainLines(services: readonly VirtualService[]): string[] {
  const sockets = socketsOf(services);
  return [
    `load_module ${STREAM_MODULE};`,
    'worker_processes auto;',
    `worker_rlimit_nofile ${workerFiles(sockets)};`,
    'pid /run/nginx.pid;',
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
