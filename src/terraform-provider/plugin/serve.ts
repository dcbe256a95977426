/**
 * The process that terraform starts: `serve` is all of a provider's main program. The handshake is go-plugin's
 * (HashiCorp's library for plugins, docs/internals.md and server.go there): a cookie that tells a person from
 * terraform, then one line on stdout with where to connect.
 */
import { constants, tmpdir } from 'node:os';
import { makeCertificate } from './certificate.ts';
import { listen, type PluginServer } from './grpc-server.ts';
import { log } from './log.ts';
import type { Provider } from './provider.ts';

const COOKIE = [
  'TF_PLUGIN_MAGIC_COOKIE',
  'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
] as const;
const CORE_PROTOCOL = 1;
const PROVIDER_PROTOCOL = 6;

/** A path that is longer fits no socket address (unix(7): 108 bytes, and 104 elsewhere). */
const MAX_SOCKET_FOLDER = 70;
const PARENT_CHECK_MS = 500;
/** What is under way when terraform is gone may end first: its outcome then stands on the other side at least. */
const LAST_CALLS_MS = 10_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Serves until terraform ends it, or is gone. Never throws: what is wrong is told on stderr, with exit code 1. */
export async function serve<C>(provider: Provider<C>): Promise<void> {
  const refusal = whyNot(provider, process.env, process.platform);
  if (refusal !== null) {
    process.stderr.write(`${refusal}\n`);
    process.exitCode = 1;
    return;
  }
  const say = takeStdout();
  ignoreSignals();
  try {
    await start(provider, process.env, say);
  } catch (error) {
    process.stderr.write(`${provider.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** @returns null where terraform has started this, and speaks a protocol that is known here */
export function whyNot<C>(
  { name, version }: Pick<Provider<C>, 'name' | 'version'>,
  env: Environment,
  platform: NodeJS.Platform,
): string | null {
  if (env[COOKIE[0]] !== COOKIE[1]) {
    return (
      `This is the Terraform provider ${name} ${version}. Terraform starts it by itself; it is of no use alone.\n` +
      `Name it under required_providers in a configuration, and run "terraform init".`
    );
  }
  if (platform === 'win32') return `${name}: on Windows this provider does not run; WSL is a way round.`;
  const versions = (env.PLUGIN_PROTOCOL_VERSIONS ?? '').split(',');
  return versions.includes(String(PROVIDER_PROTOCOL))
    ? null
    : `${name}: this provider needs a Terraform of version 1.0 or later, or OpenTofu (protocol ${PROVIDER_PROTOCOL})`;
}

async function start<C>(provider: Provider<C>, env: Environment, say: (line: string) => void): Promise<void> {
  const own = makeCertificate();
  const clientPem = env.PLUGIN_CLIENT_CERT;
  const server = await listen(provider, {
    ...(clientPem ? { tls: { own, clientPem } } : {}),
    folder: socketFolder(env),
    onShutdown: () => end(server),
  });
  endWithoutParent(server);
  say(handshake(server.socket, clientPem ? own.der : null));
}

function end(server: PluginServer): never {
  server.close();
  process.exit(0);
}

/** The certificate is in base64 without padding, as go-plugin decodes it (RawStdEncoding). */
function handshake(socket: string, der: Buffer | null): string {
  const certificate = der === null ? '' : der.toString('base64').replace(/=+$/, '');
  return [CORE_PROTOCOL, PROVIDER_PROTOCOL, 'unix', socket, 'grpc', certificate].join('|');
}

function socketFolder(env: Environment): string {
  const wanted = env.PLUGIN_UNIX_SOCKET_DIR ?? tmpdir();
  return wanted.length <= MAX_SOCKET_FOLDER ? wanted : '/tmp';
}

/** Whatever else would be written to stdout goes to stderr: terraform reads the handshake there, and no more. */
function takeStdout(): (line: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  // Nobody reads any more: then terraform is gone, which is seen elsewhere.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  return (line) => void write(`${line}\n`);
}

/**
 * A Ctrl-C, and the end of a unit or a container, reach every process; terraform alone decides what then becomes
 * of what is under way, and ends its providers itself.
 */
function ignoreSignals() {
  for (const signal of [
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
  ] as const satisfies (keyof typeof constants.signals)[]) {
    process.on(signal, () => log('debug', `${signal}: terraform decides what becomes of it`));
  }
}

/** Stdin is terraform's own, where a person answers its questions: it tells nothing, and is not read. */
function endWithoutParent(server: PluginServer) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    log('warn', 'terraform is gone');
    const deadline = Date.now() + LAST_CALLS_MS;
    const wait = setInterval(() => {
      if (server.busy() > 0 && Date.now() < deadline) return;
      clearInterval(wait);
      end(server);
    }, 50);
  }, PARENT_CHECK_MS);
}
