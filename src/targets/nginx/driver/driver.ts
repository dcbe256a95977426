/** Drives nginx: its file is all that it can be told, and a reload takes the whole of it. Written for 1.22. */
import { ofTarget, type Balancer } from '../../balancer.ts';
import { DriverError, type Driver } from '../../driver.ts';
import { runCommand, whatWasSaid } from '../../driving/command.ts';
import { readConfigFile, removeConfigFile, replaceConfigFile } from '../../driving/config-file.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { clearReloadPending, isReloadPending, markReloadPending } from '../../driving/pending-reload.ts';
import { renderConfig } from '../config.ts';
import { masterPid, reload } from './master.ts';
import { planChanges } from './plan.ts';
import type { NginxAction, NginxState } from './state.ts';

export function nginxDriver(balancer: Balancer): Driver<NginxState, NginxAction> {
  const { configFile, pidFile, binary, namespace } = ofTarget(balancer, 'nginx');

  async function check(candidate: string): Promise<void> {
    const result = await runCommand(binary, ['-t', '-q', '-c', candidate], { namespace });
    if (result.code === 0) return;
    // nginx names the file that it was given, which nobody will find later.
    const said = whatWasSaid(result).replaceAll(candidate, configFile);
    throw new DriverError('refused', `nginx -t: ${said}`);
  }

  async function write(text: string | null, isRunning: boolean): Promise<void> {
    if (text === null) return removeConfigFile(configFile);
    await replaceConfigFile(configFile, text, async (candidate) => {
      await check(candidate);
      if (isRunning) await markReloadPending(configFile);
    });
  }

  async function takeFile(signal: AbortSignal): Promise<void> {
    const pid = await masterPid(pidFile);
    if (pid === null)
      throw new DriverError('failed', `nginx does not run any more (no process of ${pidFile})`);
    await reload(pid, signal);
    await clearReloadPending(configFile);
  }

  return {
    target: 'nginx',
    where: `${configFile}, ${pidFile}`,
    stateVersion: 1,

    async read() {
      const file = await readConfigFile(configFile);
      if ((await masterPid(pidFile)) === null) return { file, process: 'dead' };
      return { file, process: (await isReloadPending(configFile)) ? 'stale' : 'loaded' };
    },

    desired: (intent) => ({ file: renderConfig(intent, pidFile).text, process: 'loaded' }),

    plan: (actual, desired) => planChanges(actual, desired, { configFile, pidFile }),

    async apply({ steps }, run) {
      const isRunning = steps.some(({ action }) => action.do === 'reload');
      for (const { action } of inTurn(steps, run)) {
        if (action.do === 'write') await write(action.text, isRunning);
        else await takeFile(run.signal);
      }
    },
  };
}
