import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { driverFor } from '../../../targets/connect.ts';
import { runCommand } from '../../../targets/driving/command.ts';
import {
  failed,
  ok,
  skipped,
  warning,
  type Check,
  type Finding,
  type LocalEngine,
  type Site,
} from '../check.ts';

/** Programs, their versions, and whether the engine can be read by its driver and its file be replaced. */
export const engines: Check = {
  name: 'engines',
  async run(site) {
    if (site.balancers.length === 0)
      return [skipped('the topology names no balancer of this host (balancers:)')];
    const versions = await Promise.all(site.engines.map(versionOf));
    const others = await Promise.all(
      site.balancers.map(async (balancer) => [
        ...(await readable(site, balancer.id)),
        ...(await replaceable(balancer)),
      ]),
    );
    return [...versions, ...others.flat()];
  },
};

async function versionOf({ balancer, needs }: LocalEngine): Promise<Finding> {
  const { command, args, least } = needs.program;
  const said = await runCommand(command, args, { namespace: null, timeout: 10_000 }).catch(
    (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
  );
  if (typeof said === 'string')
    return failed(`${balancer.id}: ${said}`, `install ${balancer.target}, or name its program in balancers:`);
  const found = /\d+\.\d+(\.\d+)?/.exec(`${said.stdout} ${said.stderr}`)?.[0];
  if (found === undefined)
    return warning(
      `${balancer.id}: ${command} does not tell its version`,
      `check that it is ${least} or newer`,
    );
  if (isOlder(found, least))
    return failed(`${balancer.id}: ${command} is ${found}`, `what RoomLB writes needs ${least} or newer`);
  return ok(`${balancer.id}: ${command} is ${found}`);
}

/** Number by number: 2.10 is newer than 2.4. */
export function isOlder(found: string, least: string): boolean {
  const [a, b] = [found, least].map((version) => version.split('.').map(Number));
  for (const [i, wanted] of (b ?? []).entries()) {
    const has = a?.[i] ?? 0;
    if (has !== wanted) return has < wanted;
  }
  return false;
}

async function readable({ topology, balancers }: Site, id: string): Promise<Finding[]> {
  const balancer = balancers.find((one) => one.id === id);
  const driver = balancer && driverFor(balancer, topology.cluster);
  if (!driver) return [];
  try {
    const state = await driver.read();
    if (driver.plan(state, state).stopped)
      return [warning(`${id}: does not run (${driver.where})`, `start ${balancer.target}`)];
    return [ok(`${id}: can be read (${driver.where})`)];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return [
      failed(`${id}: cannot be read: ${why}`, 'start it, and run roomlb as a user who may reach it (root)'),
    ];
  }
}

async function replaceable(balancer: Site['balancers'][number]): Promise<Finding[]> {
  const file =
    'configFile' in balancer ? balancer.configFile : 'path' in balancer ? balancer.path : undefined;
  if (file === undefined) return [];
  const folder = dirname(file);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch {
    return [
      failed(`${balancer.id}: ${folder} cannot be written`, `create it, and let roomlb's user write there`),
    ];
  }
}
