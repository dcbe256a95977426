import { Option, type Command } from 'commander';
import { runMediaNode, type MediaNodeOptions } from '../media-node.ts';
import { LOG_LEVELS } from '../logger.ts';
import { tokenFileOption } from '../access.ts';
import type { Cli } from '../cli.ts';

export function addMediaNode(program: Command, { io }: Cli): void {
  program
    .command('media-node')
    .description('run a media node: mediasoup workers, each on its fixed port, that report to dispatchers')
    .argument('<node>', 'id of the node in the topology')
    .option('-d, --dispatcher <url...>', 'dispatchers to register with; all of them are kept informed')
    .addOption(tokenFileOption())
    .option(
      '--enrolment-file <file>',
      'secret of roomlb enroll, to be swapped for a credential of this node; read again whenever one is needed',
    )
    .option(
      '--credential-file <file>',
      'where that credential is kept over restarts; it is renewed before it expires',
    )
    .option('--dispatcher-ca <file>', 'PEM of the authorities that dispatchers’ certificates are of')
    .option(
      '--client-certificate <file>',
      'PEM of a certificate that names this node, to show to dispatchers',
    )
    .option('--client-key <file>', 'PEM of its private key')
    .option('-t, --topology <file>', 'take addresses and ports from this file instead of a dispatcher')
    .option(
      '--stun-port <port>',
      'UDP port that answers any STUN Binding; as in the topology if left out, or else the health port',
    )
    .option('--no-stun', 'have no such port')
    .option('--tls-certificate <file>', 'PEM with chain, where TLS of signalling ends on the node')
    .option('--tls-key <file>', 'PEM')
    .option('--drain-limit <seconds>', 'how long SIGTERM waits for live rooms to end', '600')
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS).default('info'))
    .addHelpText(
      'after',
      `
SIGTERM drains: no new rooms, and an end when the last one is empty or the limit is over. A second signal,
or SIGINT, ends at once. Needs mediasoup and its worker: npm run mediasoup:worker.

Dispatchers that authenticate are shown a token (ROOMLB_TOKEN or --token-file) with the scopes read, rooms:write and
nodes:report, or a certificate that names the node, or a credential of its own: --enrolment-file. The secret in that
file is needed once, and again when the credential has expired, because the node was off or apart from dispatchers for
longer than it is good for (an hour, unless serve --credential-life says otherwise): the log says so then, and a new
secret in the file is taken without a restart. So is a renewed certificate: its files are read again when they change.

Examples:
  $ roomlb media-node sfu-1 --dispatcher http://127.0.0.1:8080
  $ roomlb media-node sfu-1 --dispatcher https://lb-1.example --enrolment-file /etc/roomlb/enrolment \\
      --credential-file /var/lib/roomlb/credential
  $ roomlb media-node sfu-1 --topology lb-config/local.yaml
  $ roomlb media-node sfu-1 --dispatcher https://lb-1.example https://lb-2.example --drain-limit 3600
`,
    )
    .action((node: string, options: MediaNodeOptions) => runMediaNode(io, node, options));
}
