/** RabbitMQ of Debian's package, as a child of the test on spare ports of loopback, ended by its pids. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../media-node/support.ts';
import { sparePort } from '../store/redis/server.ts';

// Not the one of the path: it would become the user rabbitmq, in a folder of its own.
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = '/usr/bin/epmd';
/** Milliseconds for it to come up, on a machine that is busy with other tests. */
const LIMIT = 120_000;

export const NO_RABBITMQ: string | false =
  existsSync(SERVER) && existsSync(EPMD) ? false : 'rabbitmq-server is not installed';

/** Both with characters that an address has to escape. */
export const VHOST = 'media%20rooms';
export const PASSWORD = 'open/sesame@of#the:test%';
/** `writer` may declare nothing. */
export type User = 'roomlb' | 'writer';

export interface Tls {
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface RabbitMq {
  url(user: User, password?: string): string;
  readonly tlsUrl: string;
  /** As a power failure would. */
  kill(): Promise<void>;
  /** It hangs: connections stay, and nothing comes. */
  pause(): Promise<void>;
  resume(): void;
  /** On the same ports, with what it had kept. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

/** Resolves once it takes connections. */
export async function startRabbitMq(tls: Tls): Promise<RabbitMq> {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-rabbitmq-'));
  const [port, tlsPort, distPort, epmdPort] = [
    await sparePort(),
    await sparePort(),
    await sparePort(),
    await sparePort(),
  ];
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const definitions = await file('definitions.json', JSON.stringify(DEFINITIONS));
  const configuration = [
    `listeners.tcp.one = 127.0.0.1:${port}`,
    `listeners.ssl.one = 127.0.0.1:${tlsPort}`,
    `ssl_options.cacertfile = ${tls.authorityFile}`,
    `ssl_options.certfile = ${tls.certificateFile}`,
    `ssl_options.keyfile = ${tls.keyFile}`,
    `load_definitions = ${definitions}`,
    'log.file = false',
    'log.console = true',
    '',
  ];
  await file('rabbitmq.conf', configuration.join('\n'));
  const env = {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    // Erlang keeps the cookie of its nodes there.
    HOME: folder,
    RABBITMQ_NODENAME: `roomlb-${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: await file('enabled_plugins', '[].\n'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput -kernel inet_dist_use_interface {127,0,0,1}',
    // The script becomes the server, rather than its parent.
    RABBITMQ_ALLOW_INPUT: '1',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
  };
  // Before the server, which would start one that outlives it.
  const epmd = spawn(EPMD, ['-port', String(epmdPort), '-address', '127.0.0.1'], { env, stdio: 'ignore' });
  let server: ChildProcess | undefined;
  const endAll = () => [server, epmd].forEach((child) => child?.kill('SIGKILL'));
  process.once('exit', endAll);

  const kill = async () => {
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  const restart = async () => {
    await kill();
    server = spawn(SERVER, [], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    await started(server);
  };
  const remove = async () => {
    await kill();
    endAll();
    process.off('exit', endAll);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  await restart().catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const url = (user: User, password: string, scheme: string, at: number) =>
    `${scheme}://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${encodeURIComponent(VHOST)}`;
  return {
    url: (user, password = PASSWORD) => url(user, password, 'amqp', port),
    tlsUrl: url('roomlb', PASSWORD, 'amqps', tlsPort),
    kill,
    async pause() {
      server?.kill('SIGSTOP');
      await until('all its threads to stand still', () =>
        threadsOf(server?.pid).every((state) => state === 'T'),
      );
    },
    resume: () => void server?.kill('SIGCONT'),
    restart,
    remove,
  };
}

const permission = (user: User, rights: Readonly<Record<'configure' | 'write' | 'read', string>>) => ({
  user,
  vhost: VHOST,
  ...rights,
});

const DEFINITIONS = {
  users: (['roomlb', 'writer'] satisfies User[]).map((name) => ({ name, password: PASSWORD, tags: '' })),
  vhosts: [{ name: VHOST }],
  permissions: [
    permission('roomlb', { configure: '.*', write: '.*', read: '.*' }),
    permission('writer', { configure: '^$', write: '.*', read: '^$' }),
  ],
};

/** States of a process' threads (proc_pid_stat(5)): a signal that stops it takes a moment to reach them all. */
function threadsOf(pid = 0): readonly (string | undefined)[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const states = threads.map((id) => /\) (\S)/.exec(readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8')));
  return states.map((found) => found?.[1]);
}

function started(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`rabbitmq-server ${why}:\n${said.slice(-40).join('\n')}`));
    const late = setTimeout(() => fail('did not come up'), LIMIT);
    server.on('exit', () => fail('ended'));
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream! }).on('line', (line) => {
        said.push(line);
        if (!line.includes('Server startup complete')) return;
        clearTimeout(late);
        resolve();
      });
    }
  });
}
