/** HAProxy on this host, by its configuration file, its stats socket and its master's socket. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Intent } from '../../../intent/model.ts';
import { ofTarget, type Balancer, type HaproxyBalancer } from '../../balancer.ts';
import { DriverError, type ApplyRun, type Driver, type Plan } from '../../driver.ts';
import { runCommand, whatWasSaid } from '../../driving/command.ts';
import { readConfigFile, removeConfigFile, replaceConfigFile } from '../../driving/config-file.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { renderConfig } from '../config.ts';
import {
  connectionCounts,
  foreignState,
  ownServers,
  processes,
  processInfo,
  serverStates,
  sessionsOf,
  type ProcessInfo,
  type Processes,
  type ServerState,
} from './answers.ts';
import { planChanges, type HaproxyAction } from './plan.ts';
import { restoreCommands } from './restore.ts';
import { askProcess } from './one-process.ts';
import { ask, askIfThere } from './socket.ts';
import type { HaproxyState, RunningConfig } from './state.ts';
import { keyOf, runningWith, viewFile } from './view.ts';

/** Milliseconds: a reload has to read the file, which takes seconds with thousands of nodes. */
const RELOAD_TIMEOUT_MS = 60_000;
/** Milliseconds. */
const MASTER_PATIENCE_MS = 2_000;
const CUT_TIMEOUT_MS = 2_000;
const POLL_MS = 20;
/** Milliseconds: until the new process is told how servers stood, it leads to those that were in maintenance. */
const RELOAD_POLL_MS = 2;
/** Servers only, of all proxies (management guide, `show stat`: type 4). */
const SHOW_CONNECTIONS = 'show stat -1 4 -1';
const SHOW_SERVERS = 'show servers state';

export function haproxyDriver(balancer: Balancer): Driver<HaproxyState, HaproxyAction> {
  return new HaproxyDriver(ofTarget(balancer, 'haproxy'));
}

class HaproxyDriver implements Driver<HaproxyState, HaproxyAction> {
  readonly target = 'haproxy';
  readonly where: string;
  readonly stateVersion = 1;

  constructor(private readonly at: HaproxyBalancer) {
    this.where = [at.configFile, at.statsSocket, at.masterSocket].filter(Boolean).join(', ');
  }

  async read(): Promise<HaproxyState> {
    const [file, running] = await Promise.all([readConfigFile(this.at.configFile), this.readRunning()]);
    return { file, running };
  }

  desired(intent: Intent): HaproxyState {
    const { text } = renderConfig(intent, this.at.statsSocket);
    return { file: text, running: runningWith(text) };
  }

  plan(actual: HaproxyState, desired: HaproxyState): Plan<HaproxyAction> {
    return planChanges(actual, desired, this.at);
  }

  async apply({ steps }: Plan<HaproxyAction>, run: ApplyRun): Promise<void> {
    if (steps.some(({ action }) => action.do === 'reload')) await this.mustBeReloadable();
    for (const { index, action } of inTurn(steps, run)) {
      await this.execute(action, index > 0);
    }
  }

  /** @param changed steps before this one may have changed something */
  private async execute(action: HaproxyAction, changed: boolean): Promise<void> {
    switch (action.do) {
      case 'write':
        return this.write(action.text, changed ? 'failed' : 'refused');
      case 'commands':
        return this.tell(action.commands);
      case 'cut':
        return this.cut(action.proxy, action.name);
      case 'reload':
        return this.reload(action.structure);
    }
  }

  private async readRunning(): Promise<RunningConfig | null> {
    const info = await this.processInfo();
    if (!info) return null;
    const { structure, version } = info;
    return { structure, version, servers: structure === null ? [] : ownServers(await this.readServers()) };
  }

  private async readServers(
    say: (command: string) => Promise<string | undefined> = (command) => this.askWorker(command),
  ): Promise<ServerState[]> {
    const connections = connectionCounts((await say(SHOW_CONNECTIONS)) ?? '');
    return serverStates((await say(SHOW_SERVERS)) ?? '', connections);
  }

  private async processInfo(): Promise<ProcessInfo | undefined> {
    const answer = await this.askWorker('show info');
    return answer === undefined ? undefined : processInfo(answer);
  }

  /** By way of the master where the file that runs has no stats socket, or has it elsewhere. */
  private async askWorker(command: string): Promise<string | undefined> {
    return (await askIfThere(this.at.statsSocket, command)) ?? (await this.askMaster(`@1 ${command}`));
  }

  private async askMaster(command: string): Promise<string | undefined> {
    return this.at.masterSocket === null ? undefined : askIfThere(this.at.masterSocket, command);
  }

  private async mustBeReloadable(): Promise<void> {
    const { masterSocket } = this.at;
    if (masterSocket === null) {
      const how = 'start HAProxy with -S SOCKET, and name it as masterSocket';
      throw new DriverError(
        'refused',
        `this change takes a reload, for which there is no master socket: ${how}`,
      );
    }
    if (await this.masterAnswers()) return;
    const why = `nobody answers on ${masterSocket}`;
    throw new DriverError(
      'refused',
      `this change takes a reload, but ${why}: start HAProxy with -S ${masterSocket}`,
    );
  }

  /** While it starts itself anew, nobody listens there for a moment. */
  private async masterAnswers(): Promise<boolean> {
    for (const end = Date.now() + MASTER_PATIENCE_MS; ;) {
      if ((await this.askMaster('show proc').catch(() => undefined)) !== undefined) return true;
      if (Date.now() > end) return false;
      await sleep(POLL_MS);
    }
  }

  private async write(text: string | null, refusal: 'refused' | 'failed'): Promise<void> {
    const { configFile } = this.at;
    if (text === null) return removeConfigFile(configFile);
    await replaceConfigFile(configFile, text, async (candidate) => {
      const checked = await this.haproxy(['-c', '-f', candidate]);
      if (checked.code === 0) return;
      const said = whatWasSaid(checked).replaceAll(candidate, configFile);
      throw new DriverError(refusal, `haproxy -c refuses what ${configFile} would be: ${said}`);
    });
  }

  private haproxy(args: readonly string[]) {
    return runCommand(this.at.binary, args, { namespace: this.at.namespace, timeout: RELOAD_TIMEOUT_MS });
  }

  private async tell(
    commands: readonly string[],
    say: (command: string) => Promise<string> = (command) => ask(this.at.statsSocket, command),
  ): Promise<void> {
    for (const command of commands) {
      const answer = await say(command);
      if (answer === '' || isFine(command, answer)) continue;
      throw new DriverError('failed', `HAProxy on ${this.at.statsSocket} refuses ${command}: ${answer}`);
    }
  }

  /**
   * Old processes first: they take nothing new, and whoever comes after a run that was killed in here sees what
   * the newest one is left with, but not them.
   */
  private async cut(proxy: string, name: string): Promise<void> {
    for (const pid of (await this.processes())?.oldWorkers ?? []) {
      const sessions = (await this.askMaster(`@!${pid} show sess`)) ?? '';
      for (const id of sessionsOf(sessions, proxy, name))
        await this.askMaster(`@!${pid} shutdown session ${id}`);
    }
    const key = keyOf({ proxy, name });
    await this.tell([`set server ${key} state maint`, `shutdown sessions server ${key}`]);
    // They end one after the other; read back before, they would look like some that were missed.
    for (const end = Date.now() + CUT_TIMEOUT_MS; Date.now() < end;) {
      const now = (await this.askWorker(`show stat ${proxy} 4 -1`)) ?? '';
      if ((connectionCounts(now).get(key) ?? 0) === 0) return;
      await sleep(POLL_MS);
    }
  }

  private async processes(): Promise<Processes | undefined> {
    const answer = await this.askMaster('show proc');
    return answer === undefined ? undefined : processes(answer);
  }

  private async reload(structure: string | null): Promise<void> {
    const old = await this.processInfo();
    const before = old ? await this.readServers() : [];
    const failed = (await this.processes())?.failedReloads ?? 0;
    if (old) await this.keepState();
    await ask(this.at.masterSocket ?? '', 'reload');
    const pid = await this.reloaded(old?.pid, failed, structure);
    if (structure !== null) {
      const say = (command: string) => askProcess(this.at.statsSocket, pid, command, RELOAD_TIMEOUT_MS);
      const inFile = new Set(viewFile(await readConfigFile(this.at.configFile)).servers.keys());
      await this.tell(restoreCommands(before, await this.readServers(say), inFile), say);
    }
    await this.masterAnswers();
  }

  /** Where others' sections load it, their servers are as they were before the new process takes a connection. */
  private async keepState(): Promise<void> {
    const { stateFile } = this.at;
    if (stateFile === null) return;
    const state = (await this.askWorker(SHOW_SERVERS)) ?? '';
    await replaceConfigFile(stateFile, `${foreignState(state)}\n`);
  }

  /** The new process, once it answers on the stats socket; up to 2.6 the master says nothing of how it went. */
  private async reloaded(
    oldPid: number | undefined,
    failed: number,
    structure: string | null,
  ): Promise<number> {
    const deadline = Date.now() + RELOAD_TIMEOUT_MS;
    while (Date.now() < deadline) {
      // While the master starts itself anew, an answer may break off.
      const master = await this.processes().catch(() => undefined);
      if (master && master.failedReloads > failed) {
        const why = 'HAProxy does not start with the new file, and goes on with the old one';
        throw new DriverError('failed', `the reload failed: ${why}; its log says what is wrong`);
      }
      const info = await this.processInfo().catch(() => undefined);
      if (info && info.pid !== oldPid && info.structure === structure) return info.pid;
      await sleep(RELOAD_POLL_MS);
    }
    throw new DriverError('failed', `the reload did not come to an end within ${RELOAD_TIMEOUT_MS / 1000} s`);
  }
}

const FINE = {
  add: /^(New server registered|Already exists a server)/,
  // One that still has connections stays in maintenance until a later run.
  del: /^(Server deleted|No such server|Server still has connections)/,
  set: /^(IP changed|port changed|no need to change)/,
} as const;

/** HAProxy did what it was told, or that was done already. */
function isFine(command: string, answer: string): boolean {
  const [verb] = command.split(' ', 1);
  return Object.entries(FINE).some(([name, pattern]) => name === verb && pattern.test(answer));
}
