/**
 * Drives keepalived: its file is all that it can be told; what became of it, IPVS itself says, since keepalived
 * reports on VRRP only. A reload changes what differs, and keeps what checks found. Written for 2.2.7.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ofTarget, type Balancer } from '../../balancer.ts';
import { DriverError, type Driver } from '../../driver.ts';
import { runCommand, whatWasSaid } from '../../driving/command.ts';
import { readConfigFile, removeConfigFile, replaceConfigFile } from '../../driving/config-file.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { clearReloadPending, isReloadPending, markReloadPending } from '../../driving/pending-reload.ts';
import { parseConnections } from '../../ipvs/driver/parse.ts';
import { Ipvsadm } from '../../ipvs/driver/ipvsadm.ts';
import { renderConfig } from '../config.ts';
import { expectedOf, repairOf } from './kernel.ts';
import { planChanges } from './plan.ts';
import { isIdle, runningPid } from './process.ts';
import { findRivals } from './rivals.ts';
import type { KeepalivedAction, KeepalivedState } from './state.ts';
import { neededSysctls } from './sysctls.ts';
import { viewFile } from './view.ts';

/** Milliseconds: its time to load grows with the square of the number of nodes, 15 s for 4000. */
const RELOAD_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
/** Milliseconds without a change, and with nothing to do, after which it must have loaded the file. */
const SETTLED_MS = 3000;

export function keepalivedDriver(balancer: Balancer): Driver<KeepalivedState, KeepalivedAction> {
  const { configFile, pidFile, binary, namespace, ...rest } = ofTarget(balancer, 'keepalived');
  const ipvs = new Ipvsadm(rest.ipvsadm, namespace);

  async function check(candidate: string): Promise<void> {
    const result = await runCommand(binary, ['-t', '-f', candidate], { namespace });
    if (result.code === 0) return;
    // keepalived names the file that it was given, which nobody will find later.
    const said = whatWasSaid(result).replaceAll(candidate, configFile);
    throw new DriverError('refused', `keepalived -t: ${said}`);
  }

  async function write(text: string | null, isRunning: boolean): Promise<void> {
    if (text === null) return removeConfigFile(configFile);
    await replaceConfigFile(configFile, text, async (candidate) => {
      await check(candidate);
      if (isRunning) await markReloadPending(configFile);
    });
  }

  async function reload(gone: readonly string[], signal: AbortSignal): Promise<void> {
    const pid = await runningPid(pidFile);
    if (pid === null) throw new DriverError('failed', `keepalived does not run any more (${pidFile})`);
    const expected = expectedOf(viewFile(await readConfigFile(configFile)).servers);
    try {
      process.kill(pid, 'SIGHUP');
    } catch (cause) {
      throw new DriverError('failed', `keepalived (process ${pid}) cannot be told to reload`, { cause });
    }
    let [seen, quiet] = ['', Date.now()];
    for (const end = Date.now() + RELOAD_TIMEOUT_MS; Date.now() < end;) {
      await sleep(POLL_MS);
      signal.throwIfAborted();
      const table = await ipvs.table();
      const left = table.map(({ name }) => name).filter((name) => gone.includes(name));
      if (left.length === 0 && repairOf(table, expected).lines.length === 0)
        return clearReloadPending(configFile);
      const now = JSON.stringify(table);
      if (now !== seen || !(await isIdle(pid))) [seen, quiet] = [now, Date.now()];
      else if (Date.now() - quiet > SETTLED_MS) {
        // It has done what it would. What it left behind was its own, and nobody would know that later; what it
        // left out is for the next look to mend.
        if (left.length > 0) await ipvs.change(left.map((name) => `-D ${name}`));
        return clearReloadPending(configFile);
      }
    }
    throw new DriverError(
      'failed',
      `IPVS is not as ${configFile} says ${RELOAD_TIMEOUT_MS / 1000} s after keepalived (process ${pid}) was told to reload: its log says why`,
    );
  }

  return {
    target: 'keepalived',
    where: `${configFile}, ${pidFile}${namespace === null ? '' : `, IPVS in namespace ${namespace}`}`,
    stateVersion: 1,

    async read() {
      const file = await readConfigFile(configFile);
      const pid = await runningPid(pidFile);
      const needed = Object.keys(neededSysctls(viewFile(file).servers));
      // Where it does not run, there may be no IPVS yet: it loads the module when it starts.
      const isThere = pid !== null || (await ipvs.isThere());
      const table = isThere ? await ipvs.table() : [];
      return {
        file,
        process: pid === null ? 'dead' : (await isReloadPending(configFile)) ? 'stale' : 'loaded',
        table,
        sysctls: isThere ? await ipvs.sysctls(needed) : {},
        rivals: await findRivals(table, namespace),
        connections: isThere ? parseConnections(await ipvs.list('-Ln')) : {},
      };
    },

    desired(intent) {
      const file = renderConfig(intent).files[0]?.content ?? null;
      return {
        file,
        process: 'loaded',
        table: null,
        sysctls: neededSysctls(viewFile(file).servers),
        rivals: [],
        connections: {},
      };
    },

    plan: (actual, desired) => planChanges(actual, desired, { configFile, pidFile, ipvsadm: rest.ipvsadm }),

    async apply({ steps }, run) {
      const isRunning = steps.some(({ action }) => action.do === 'reload');
      for (const { action } of inTurn(steps, run)) {
        if (action.do === 'set') await ipvs.setSysctls(action.sysctls);
        else if (action.do === 'write') await write(action.text, isRunning);
        else if (action.do === 'reload') await reload(action.gone, run.signal);
        else await ipvs.change(action.lines);
      }
    },
  };
}
