/** A real HAProxy on a lab's balancer, started with a rendered file as it is. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from './netns.ts';

export interface HaproxyProcess {
  /** One command on the stats socket, and what it said. */
  admin(command: string): Promise<string>;
  /** A new process takes over the listening sockets; the old one stays for the connections that it has, but
   * takes no more by the time that this resolves. */
  reload(config: string): Promise<void>;
}

/**
 * Resolves when it listens: with `-D` HAProxy returns once its sockets are bound. It gets a /run of its own,
 * so that its stats socket is where the file says without being seen by any other process on this host.
 *
 * @param folder for the configuration and the pid file
 */
export async function startHaproxy(lab: Lab, config: string, folder: string): Promise<HaproxyProcess> {
  const file = path.join(folder, 'haproxy.cfg');
  const pidFile = path.join(folder, 'haproxy.pid');
  const start = ['-D', '-f', file, '-p', pidFile];
  const pid = async () => (await readFile(pidFile, 'utf8')).trim();
  /** In the namespaces of the running process, among them its mounts. */
  const beside = async (cmd: string, args: readonly string[], input?: string) =>
    lab.check(
      lab.lb,
      'nsenter',
      ['-m', '-t', await pid(), cmd, ...args],
      input === undefined ? {} : { input },
    );

  await writeFile(file, config);
  const ownRun = 'mount -t tmpfs tmpfs /run && mkdir /run/haproxy && exec haproxy "$@"';
  await lab.check(lab.lb, 'sh', ['-c', ownRun, 'haproxy', ...start]);
  return {
    admin: (command) => beside('socat', ['-', 'UNIX-CONNECT:/run/haproxy/admin.sock'], `${command}\n`),
    async reload(next) {
      await writeFile(file, next);
      const old = await pid();
      await beside('haproxy', [...start, '-x', '/run/haproxy/admin.sock', '-sf', old]);
      // Both hold the same sockets until the old one has read its signal, and it would still accept.
      const listens = async () => (await lab.check(lab.lb, 'ss', ['-Hltnp'])).includes(`pid=${old},`);
      while (await listens()) await sleep(20);
    },
  };
}
