import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failed, ok, skipped, warning, type Check, type Finding } from '../check.ts';

/** Bits of the set of capabilities: linux/capability.h. */
const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;

/** Capabilities for engines in the kernel, the folder in which is remembered what was applied, open files. */
export const permissions: Check = {
  name: 'permissions',
  async run({ engines, balancers, stateFolder, topology }) {
    const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
    const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
    const has = (capability: bigint) => ((effective >> capability) & 1n) === 1n;
    const inKernel = engines.filter(({ needs }) => needs.inKernel);
    const entered = balancers.filter(({ namespace }) => namespace !== null);
    return [
      ...capability(
        'CAP_NET_ADMIN',
        has(CAP_NET_ADMIN),
        inKernel.map(({ balancer }) => balancer.id),
      ),
      ...capability(
        'CAP_SYS_ADMIN',
        has(CAP_SYS_ADMIN),
        entered.map(({ id }) => id),
      ),
      balancers.length === 0 ? skipped('no state is kept without balancers') : await writable(stateFolder),
      await openFiles(topology.nodes.length),
    ];
  },
};

function capability(name: string, held: boolean, engines: readonly string[]): Finding[] {
  if (engines.length === 0) return [];
  const who = engines.join(', ');
  if (held) return [ok(`${name}, for ${who}`)];
  return [
    failed(
      `${name} is missing, which it takes to change ${who}`,
      `run as root, or with AmbientCapabilities=${name}`,
    ),
  ];
}

/** The folder, or the first of those above that is there: it is created when needed. */
async function writable(folder: string): Promise<Finding> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return ok(`${folder} can be written`);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && folder !== dirname(folder)) return writable(dirname(folder));
    return failed(
      `${folder} cannot be written`,
      'name another by --state-dir, or let roomlb’s user write there',
    );
  }
}

/** A connection for each node, to dispatcher and back by probes, and some for clients and files. */
async function openFiles(nodes: number): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  const wanted = Math.max(4096, 1024 + 4 * nodes);
  if (soft === undefined) return skipped('the limit of open files is not known');
  if (soft === 'unlimited' || Number(soft) >= wanted) return ok(`${soft} files may be open`);
  return warning(
    `only ${soft} files may be open, and ${wanted} may be needed`,
    `ulimit -n ${wanted}, or LimitNOFILE=${wanted} in the unit`,
  );
}
