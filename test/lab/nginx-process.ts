/** A real nginx on a lab's balancer, started with a rendered file as it is. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, labSkipReason, type Lab } from './netns.ts';

/** The module that rendered files load. */
const MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

export interface NginxProcess {
  /** Resolves when new workers listen and the old ones do no more; those stay for the connections that they have. */
  reload(config: string): Promise<void>;
}

/** Why nginx cannot run here, or false. */
export function nginxSkipReason(binaries: readonly string[] = []): string | false {
  const reason = labSkipReason(['nginx', ...binaries]);
  return reason === false && !existsSync(MODULE) ? `needs ${MODULE}, which is not installed` : reason;
}

/**
 * Resolves when it listens, which it does before it goes to the background. It gets a /run and a log folder
 * of its own, so that no other process on this host sees its files. `folder`: for the configuration.
 */
export async function startNginx(lab: Lab, config: string, folder: string): Promise<NginxProcess> {
  const file = path.join(folder, 'nginx.conf');
  await writeFile(file, config);
  const start = [
    'mount -t tmpfs tmpfs /run',
    'mount -t tmpfs tmpfs /var/log/nginx',
    'nginx -c "$1"',
    'cat /run/nginx.pid',
  ].join(' && ');
  const pid = Number(await lab.check(lab.lb, 'sh', ['-c', start, 'nginx', file]));
  await until(async () => (await workers(pid)).length > 0);
  return {
    async reload(next) {
      const old = new Set((await workers(pid)).map((worker) => worker.pid));
      await writeFile(file, next);
      process.kill(pid, 'SIGHUP');
      await until(async () => {
        const now = await workers(pid);
        const listening = now.filter(({ title }) => !title.includes('shutting down'));
        return listening.length > 0 && listening.every((worker) => !old.has(worker.pid));
      });
    },
  };
}

async function workers(master: number): Promise<{ pid: number; title: string }[]> {
  const pids = await childrenOf(master);
  // One that has ended meanwhile has no title, and is no worker any more.
  const titles = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids
    .map((pid, i) => ({ pid, title: titles[i] ?? '' }))
    .filter(({ title }) => title.includes('worker process'));
}

/** Fails after some seconds: nginx keeps its old workers where it does not take a new configuration. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 500) throw new Error('nginx has no new workers');
    await sleep(20);
  }
}
