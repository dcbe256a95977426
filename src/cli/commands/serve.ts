import type { Command } from 'commander';
import { Option } from 'commander';
import { serve } from '../serve.ts';
import { addServeAccessOptions, type ServeAccessOptions } from '../serve-access.ts';
import { addAmqpOptions, type AmqpOptions } from '../amqp-options.ts';
import { stateFolderOption } from '../balancers.ts';
import { topologyOption } from '../options.ts';
import { addStoreOptions, type StoreOptions } from '../store-options.ts';
import { addTracesOptions, type TracesOptions } from '../traces-options.ts';
import type { Cli } from '../cli.ts';
import { LOG_LEVELS, type LogLevel } from '../logger.ts';

interface ServeOptions extends StoreOptions, ServeAccessOptions, AmqpOptions, TracesOptions {
  topology: string;
  listen: string;
  logLevel: LogLevel;
  allowHost: string[];
  probes: boolean;
  apply: string[];
  stateDir: string;
}

export function addServe(program: Command, { io }: Cli): void {
  const command = program
    .command('serve')
    .description('run a dispatcher: REST API, OpenAPI at /docs, metrics')
    .addOption(topologyOption())
    .option('-l, --listen <host:port>', 'address to listen on', '127.0.0.1:8080');
  addTracesOptions(addAmqpOptions(addServeAccessOptions(addStoreOptions(command))))
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).default('info'))
    .option(
      '--apply <balancer...>',
      'balancers on this host (see balancers: in the topology) to be kept as wanted, without an agent',
      [],
    )
    .addOption(stateFolderOption())
    .option('--no-probes', 'send no health probes; what media nodes report of themselves counts all the same')
    .option(
      '--allow-host <name>',
      'a host name that requests may be for, besides localhost, as a proxy in front passes it on; repeat for more',
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .addHelpText(
      'after',
      `
A topology that is changed by REST is kept in the store. Started again with a file that was changed
meanwhile, the file wins for the nodes and VIPs that it changed, and the log names what it overrode.

Dispatchers with the same redis and the same cluster: in the topology are replicas of one another. While redis does not
answer, each goes on from what it knew last: answers say "degraded": true, live rooms stay, new rooms go by hash alone,
and redis is told when it is back. Its password is read from ROOMLB_REDIS_PASSWORD or --store-password-file (that of
sentinels from ROOMLB_REDIS_SENTINEL_PASSWORD), never from arguments, and only at the start.

With --tokens, a caller needs a token (Authorization: Bearer …) with the scope of what it asks for; /healthz and
/readyz stay open. The file is read again when it changes, and on SIGHUP; one that is not right changes nothing.

With --node-key, nodes are enrolled: roomlb enroll NODE makes a secret, by which media-node --enrolment-file gets a
credential of its own.

With --tls-client-ca, a node may show a certificate instead, which names it by CN or DNS name. Certificates too are read
again when they change.

With ROOMLB_AMQP_URL (or --amqp-url-file: the address has a password in it) events go to RabbitMQ as well, by routing
keys such as room.moved.FROM.TO and node.state.NODE. Nothing waits for it: where it is away, the latest events wait.
The file is read again when it changes, and on SIGHUP.

With --traces, or OTEL_EXPORTER_OTLP_ENDPOINT (_TRACES_ENDPOINT), requests, decisions, what the store and redis are asked,
edits and balancers' plans go to an OpenTelemetry collector, by http/protobuf. OTEL_SERVICE_NAME, _RESOURCE_ATTRIBUTES,
_TRACES_SAMPLER(_ARG), _EXPORTER_OTLP_HEADERS, _BSP_* and so on count as ever; OTEL_SDK_DISABLED=true turns it off.

Examples:
  $ roomlb serve --topology lb-config/local.yaml
  $ roomlb serve --store file:/var/lib/roomlb/claims --listen 127.0.0.1:9000
  $ roomlb serve --store redis://10.0.0.5:6379/0
  $ roomlb serve --store rediss://roomlb@redis.example.net --store-ca ca.pem --store-password-file /etc/roomlb/redis
  $ roomlb serve --store redis-sentinel://10.0.0.5:26379,10.0.0.6:26379/mymaster
  $ roomlb serve --tokens /etc/roomlb/tokens --public metrics
  $ roomlb serve --tokens /etc/roomlb/tokens --node-key /etc/roomlb/node-key
  $ roomlb serve --listen 0.0.0.0:8443 --tokens /etc/roomlb/tokens --tls-certificate cert.pem --tls-key key.pem
  $ roomlb serve --listen 0.0.0.0:8080 --tokens /etc/roomlb/tokens --behind-tls-proxy
  $ roomlb serve --tokens /etc/roomlb/tokens --audit-log /var/log/roomlb/audit.jsonl --rate-limit 500
  $ roomlb serve --amqp-url-file /etc/roomlb/amqp --amqp-ca ca.pem
  $ roomlb serve --traces http://127.0.0.1:4318
  $ roomlb serve --allow-host rooms.example.net
  $ roomlb serve --no-probes
  $ roomlb serve --apply lb-1
`,
    )
    .action((options: ServeOptions) => serve(io, options));
}
