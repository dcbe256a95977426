/** Redis of Debian's package, as children of the test on spare ports, stopped by their pids. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const NO_REDIS: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'redis-server is not installed';

export interface RedisServer {
  readonly port: number;
  /** Where it keeps its files; removed by `remove`. */
  readonly folder: string;
  readonly child: ChildProcess;
  cli(...args: string[]): string;
  /** Ends it; its files stay. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes its files. */
  remove(): Promise<void>;
}

export interface ServerOptions {
  readonly port?: number;
  readonly folder?: string;
  readonly args?: readonly string[];
  /** Options of redis-cli, where the server is not to be reached without. */
  readonly cliArgs?: readonly string[];
  readonly sentinel?: string;
}

export async function sparePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when it takes commands. */
export async function startRedis(options: ServerOptions = {}): Promise<RedisServer> {
  const port = options.port ?? (await sparePort());
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'roomlb-redis-'));
  const mode = options.sentinel === undefined ? [] : [options.sentinel, '--sentinel'];
  const own = options.sentinel === undefined ? ['--save', '', '--appendonly', 'no'] : [];
  const args = [...mode, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...own];
  const child = spawn('redis-server', [...args, ...(options.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`redis-server ended:\n${said.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      if (/Ready to accept connections|\+monitor master|Sentinel ID is/.test(line)) resolve();
    });
  });
  const ended = once(child, 'exit');
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    child.kill('SIGCONT');
    await ended;
  };
  return {
    port,
    folder,
    child,
    cli: (...command) =>
      execFileSync('redis-cli', ['-p', String(port), ...(options.cliArgs ?? []), ...command], {
        encoding: 'utf8',
        timeout: 10_000,
      }).trim(),
    kill,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
