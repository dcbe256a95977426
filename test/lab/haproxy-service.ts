/** HAProxy on a lab's balancer as a service manager runs it: master and worker, all *.cfg of one folder. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HaproxyBalancer } from '../../src/targets/balancer.ts';
import { askIfThere } from '../../src/targets/haproxy/driver/socket.ts';
import { childrenOf, findBinary, killIfThere, type Lab, type LabProcess } from './netns.ts';

/** Somebody else's part of the configuration, with a socket to set things by hand. */
function foreignConfig(folder: string): string {
  return `global
    stats socket ${folder}/foreign.sock level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen foreign
    bind 127.0.0.1:8088
    server a 127.0.0.1:8089 weight 10
    server b 127.0.0.1:8090 weight 20
`;
}

export interface HaproxyService {
  readonly folder: string;
  readonly balancer: HaproxyBalancer;
  /** One command to the worker, over the foreign part's own socket. */
  admin(command: string): Promise<string>;
  /** Of the worker and all old ones: the master's `show proc`. */
  processes(): Promise<string>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param more of somebody else, in the file above */
export async function startHaproxyService(
  lab: Lab,
  more: (folder: string) => string = () => '',
  stateFileName?: string,
): Promise<HaproxyService> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'roomlb-'));
  const stateFile = stateFileName === undefined ? null : path.join(folder, stateFileName);
  const masterSocket = path.join(folder, 'master.sock');
  const foreignSocket = path.join(folder, 'foreign.sock');
  await writeFile(path.join(folder, 'foreign.cfg'), foreignConfig(folder) + more(folder));
  let master: LabProcess;
  const say = async (socket: string, command: string) => {
    // The master is away for a moment after a reload.
    for (let tries = 0; tries < 100; tries++) {
      const answer = await askIfThere(socket, command);
      if (answer !== undefined) return answer;
      await sleep(50);
    }
    throw new Error(`nobody answers on ${socket}`);
  };
  const service: HaproxyService = {
    folder,
    balancer: {
      id: 'lb',
      target: 'haproxy',
      vips: null,
      services: 'all',
      host: null,
      namespace: lab.lb,
      maxRemoved: 1,
      drift: 'repair',
      interval: 60,
      drainLimit: null,
      lock: null,
      configFile: path.join(folder, 'roomlb.cfg'),
      statsSocket: path.join(folder, 'admin.sock'),
      masterSocket,
      stateFile,
      binary: findBinary('haproxy') ?? 'haproxy',
    },
    admin: (command) => say(foreignSocket, command),
    processes: () => say(masterSocket, 'show proc'),
    async start() {
      master = lab.spawn(lab.lb, 'haproxy', ['-Ws', '-f', folder, '-S', masterSocket]);
      master.stderr.resume();
      master.stdout.resume();
      // The worker answers before its master does, and who asks the master then takes HAProxy for stopped.
      const there = async (socket: string, command: string) =>
        (await askIfThere(socket, command).catch(() => undefined)) !== undefined;
      while (!(await there(foreignSocket, 'show info')) || !(await there(masterSocket, '@1 show info'))) {
        if (master.exitCode !== null) throw new Error(`HAProxy ended with ${master.exitCode}`);
        await sleep(20);
      }
    },
    async kill() {
      const { pid, exitCode, signalCode } = master;
      if (pid === undefined || exitCode !== null || signalCode !== null) return;
      const ended = once(master, 'close');
      // Not by what the master says: its socket is away for a moment after a reload.
      for (const each of [pid, ...(await childrenOf(pid))]) killIfThere(each);
      await ended;
    },
    async stop() {
      try {
        await service.kill();
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
  await service.start();
  return service;
}
