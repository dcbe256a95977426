/** A real Janus on loopback, with a configuration of its own: no plugins, no STUN server, nothing sent anywhere. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findBinary } from '../../lab/netns.ts';
import { closedPort } from './servers.ts';

export const JANUS_SKIP = findBinary('janus') ? false : 'needs janus, which is not installed';

export interface JanusProcess {
  readonly port: number;
  readonly adminPort: number;
  /** A file that holds the secret of its admin API. */
  readonly secretFile: string;
  /** A request to the Janus API, or to its admin API with the secret; what it answered. */
  ask(body: { readonly janus: string; readonly [key: string]: unknown }): Promise<{ janus: string }>;
  admin(body: { readonly janus: string; readonly [key: string]: unknown }): Promise<{ janus: string }>;
  readonly kill: ChildProcess['kill'];
  /** Resolves when its process is gone. */
  readonly exited: Promise<unknown>;
  /** Ends it, in whatever state it is, and removes its folder. */
  stop(): Promise<void>;
}

const SECRET = 'a secret of this test';
/** Of the transports, HTTP alone: the rest would look for files and brokers of their own. */
const OTHER_TRANSPORTS = ['mqtt', 'nanomsg', 'pfunix', 'rabbitmq', 'websockets'];

export async function startJanus(): Promise<JanusProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-janus-'));
  const [port, adminPort] = [await closedPort(), await closedPort()];
  const secretFile = path.join(folder, 'secret');
  await mkdir(path.join(folder, 'plugins'));
  await writeFile(secretFile, `${SECRET}\n`);
  await writeFile(path.join(folder, 'janus.jcfg'), coreConfig(folder));
  await writeFile(path.join(folder, 'janus.transport.http.jcfg'), httpConfig(port, adminPort));
  const child = spawn(findBinary('janus') ?? 'janus', ['-F', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  await untilReady(child);
  const post = async (url: string, body: object) => {
    const message = JSON.stringify({ ...body, transaction: 'test' });
    return (await (await fetch(url, { method: 'POST', body: message })).json()) as { janus: string };
  };
  return {
    port,
    adminPort,
    secretFile,
    ask: (body) => post(`http://127.0.0.1:${port}/janus`, body),
    admin: (body) => post(`http://127.0.0.1:${adminPort}/admin`, { ...body, admin_secret: SECRET }),
    kill: (signal) => child.kill(signal),
    exited,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/** `interface` and `ice_enforce_list` keep it from asking the network which address it has. */
const coreConfig = (folder: string) => `
general: {
  configs_folder = "${folder}"
  plugins_folder = "${folder}/plugins"
  interface = "127.0.0.1"
  admin_secret = "${SECRET}"
  debug_colors = false
}
nat: { ice_enforce_list = "lo" }
transports: { disable = "${OTHER_TRANSPORTS.map((name) => `libjanus_${name}.so`).join(',')}" }
loggers: { disable = "libjanus_jsonlog.so" }
`;

const httpConfig = (port: number, adminPort: number) => `
general: { http = true, port = ${port}, ip = "127.0.0.1", base_path = "/janus", json = "compact" }
admin: { admin_http = true, admin_port = ${adminPort}, admin_ip = "127.0.0.1", admin_base_path = "/admin" }
`;

/** Its transport says so when both of its ports listen. */
async function untilReady({ stdout }: ChildProcess): Promise<void> {
  if (!stdout) throw new Error('janus has no output');
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    lines.push(line);
    if (line.includes('transport plugin initialized')) {
      // Read on, lest it block when the pipe is full.
      stdout.resume();
      return;
    }
  }
  throw new Error(`janus did not start:\n${lines.join('\n')}`);
}
