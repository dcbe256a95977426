/**
 * Drives IPVS by ipvsadm: the table is read whole, and changed by single commands, never cleared. Written for
 * ipvsadm 1.31 as Debian 12 has it, and Linux 5.9 or later, which forgets connections of a destination at once
 * when that is removed (expire_nodest_conn); older ones do so with the connection's next packet.
 */
import { compareText } from '../../../topology/compare.ts';
import { ofTarget, type Balancer } from '../../balancer.ts';
import { DriverError, type Driver } from '../../driver.ts';
import { runCommand, whatWasSaid, type CommandResult } from '../../driving/command.ts';
import { carriedByIpvs } from '../carried.ts';
import { tableServices } from '../table.ts';
import { changeNotes, readNotes } from './notes.ts';
import { parseConnections, parseTable } from './parse.ts';
import { planChanges } from './plan.ts';
import { findRivals } from './rivals.ts';
import {
  parseSysctls,
  parseTimeouts,
  setSysctls,
  settingsFor,
  setTimeouts,
  SYSCTL_NAMES,
} from './settings.ts';
import type { IpvsAction, IpvsState, Owner, Service } from './state.ts';

/** What ipvsadm says of a command whose work is done already, or not to be done that way any more. */
const SETTLED = /^(Service already exists|Destination already exists|No such (service|destination))$/;

export function ipvsDriver(balancer: Balancer, cluster: string): Driver<IpvsState, IpvsAction> {
  const { ipvsadm, namespace, id, ...rest } = ofTarget(balancer, 'ipvs');
  const ownedFile = rest.ownedFile ?? ownedFileOf(cluster, id);
  const of = { cluster, namespace };

  async function run(
    program: string,
    args: readonly string[],
    kind: DriverError['kind'],
    input = '',
  ): Promise<CommandResult> {
    const result = await runCommand(program, args, { namespace, input, maxOutput: MAX_LISTING });
    if (result.code === 0) return result;
    throw new DriverError(kind, `${program} ${args.join(' ')}: ${whatWasSaid(result)}`);
  }

  const list = async (...args: string[]) => (await run(ipvsadm, args, 'unreachable')).stdout;
  const readSysctls = async () => parseSysctls((await run('sysctl', SYSCTL_NAMES, 'unreachable')).stdout);

  async function readSettings(): Promise<Record<string, string>> {
    const timeouts = parseTimeouts(await list('-L', '--timeout'));
    if (!timeouts) throw new DriverError('unreachable', `${ipvsadm} -L --timeout says nothing that is known`);
    return { ...(await readSysctls()), ...timeouts };
  }

  async function set(settings: Readonly<Record<string, string>>): Promise<void> {
    const timeouts = setTimeouts(settings);
    if (timeouts) await run(ipvsadm, timeouts, 'failed');
    const there = await readSysctls();
    const wrong = Object.entries(settings).filter(([name, value]) => there[name] !== value);
    for (const assignment of setSysctls(Object.fromEntries(wrong))) {
      await run('sysctl', ['-qw', assignment], 'failed');
    }
  }

  /** ipvsadm goes on after what it could not do, and ends with 0. */
  async function change(lines: readonly string[]): Promise<void> {
    const { stderr } = await run(ipvsadm, ['-R'], 'failed', `${lines.join('\n')}\n`);
    const said = stderr.split('\n').filter((line) => line !== '' && !SETTLED.test(line.trim()));
    if (said.length > 0) throw new DriverError('failed', `${ipvsadm} -R: ${[...new Set(said)].join('; ')}`);
  }

  return {
    target: 'ipvs',
    where: `IPVS${namespace === null ? '' : ` in namespace ${namespace}`}, ${ownedFile}`,
    stateVersion: 1,

    async read() {
      const notes = await readNotes(ownedFile, of);
      const table = parseTable(await list('-Sn'));
      if ('unreadable' in table) {
        throw new DriverError(
          'unreachable',
          `${ipvsadm} -Sn says what RoomLB cannot read: ${table.unreadable}`,
        );
      }
      const there = new Set(table.map(({ name }) => name));
      const lost = Object.entries(notes.services).filter(([name]) => !there.has(name));
      const services: Service[] = [
        ...table.map((service) => ({ ...service, owner: notes.services[service.name] ?? null })),
        ...lost.map(([name, owner]) => ({ name, options: null, destinations: [], owner })),
      ];
      const settings = Object.entries(await readSettings()).filter(([name]) => notes.settings.includes(name));
      return {
        services: services.sort((a, b) => compareText(a.name, b.name)),
        settings: Object.fromEntries(settings.sort(([a], [b]) => compareText(a, b))),
        rivals: await findRivals(namespace),
        connections: parseConnections(await list('-Ln')),
      };
    },

    desired(intent) {
      const { services } = carriedByIpvs(intent);
      return {
        services: tableServices(services)
          .map(({ service, name, options, destinations }): Service => {
            const nodes = destinations.map(({ to, node }) => [to, node] as const);
            const owner: Owner = {
              id: service.id,
              nodes: Object.fromEntries(nodes.sort(([a], [b]) => compareText(a, b))),
            };
            const used = destinations
              .filter(({ isLeftOut }) => !isLeftOut)
              .map(({ to, options: how, weight }) => ({ to, options: how, weight }));
            return { name, options, owner, destinations: used.sort((a, b) => compareText(a.to, b.to)) };
          })
          .sort((a, b) => compareText(a.name, b.name)),
        settings: settingsFor(services),
        rivals: [],
        connections: {},
      };
    },

    plan: (actual, desired) => planChanges(actual, desired, { ipvsadm, ownedFile }),

    async apply({ steps }, { signal, onStep }) {
      for (const [index, { action }] of steps.entries()) {
        signal.throwIfAborted();
        onStep?.(index);
        if (action.do === 'note') await changeNotes(ownedFile, of, action.changes);
        else if (action.do === 'set') await set(action.settings);
        else await change(action.lines);
      }
    },
  };
}

/** On a file system that, like IPVS, forgets with a boot. */
function ownedFileOf(cluster: string, balancer: string): string {
  return `${OWNED_FOLDER}/ipvs-${cluster}-${balancer}.json`;
}

export const OWNED_FOLDER = '/run/roomlb';

/** Some 60 bytes a line: enough for the ports of 10,000 nodes. */
const MAX_LISTING = 256 * 1024 * 1024;
