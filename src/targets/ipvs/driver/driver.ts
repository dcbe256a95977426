/**
 * Drives IPVS by ipvsadm: the table is read whole, and changed by single commands, never cleared. Written for
 * ipvsadm 1.31 as Debian 12 has it, and Linux 5.9 or later, which forgets connections of a destination at once
 * when that is removed (expire_nodest_conn); older ones do so with the connection's next packet.
 */
import { compareText } from '../../../topology/compare.ts';
import { ofTarget, type Balancer } from '../../balancer.ts';
import type { Driver } from '../../driver.ts';
import { inTurn } from '../../driving/in-turn.ts';
import { carriedByIpvs } from '../carried.ts';
import { tableServices, type TableService } from '../table.ts';
import { Ipvsadm } from './ipvsadm.ts';
import { changeNotes, OWNED_FOLDER, readNotes } from './notes.ts';
import { parseConnections } from './parse.ts';
import { planChanges } from './plan.ts';
import { findRivals } from './rivals.ts';
import { settingsFor, SYSCTL_NAMES, sysctlsIn } from './settings.ts';
import type { IpvsAction, IpvsState, Service } from './state.ts';

export function ipvsDriver(balancer: Balancer, cluster: string): Driver<IpvsState, IpvsAction> {
  const { ipvsadm, namespace, id, ...rest } = ofTarget(balancer, 'ipvs');
  const ownedFile = rest.ownedFile ?? `${OWNED_FOLDER}/ipvs-${cluster}-${id}.json`;
  const of = { cluster, namespace };
  const ipvs = new Ipvsadm(ipvsadm, namespace);

  return {
    target: 'ipvs',
    where: `IPVS${namespace === null ? '' : ` in namespace ${namespace}`}, ${ownedFile}`,
    stateVersion: 1,

    async read() {
      const notes = await readNotes(ownedFile, of);
      // First and alone: ipvsadm loads the kernel's module where nobody has.
      const table = await ipvs.table();
      const [sysctls, timeouts, rivals, listing] = await Promise.all([
        ipvs.sysctls(SYSCTL_NAMES),
        ipvs.timeouts(),
        findRivals(namespace),
        ipvs.list('-Ln'),
      ]);
      const there = new Set(table.map(({ name }) => name));
      const lost = Object.entries(notes.services).filter(([name]) => !there.has(name));
      const services: Service[] = [
        ...table.map((service) => ({ ...service, owner: notes.services[service.name] ?? null })),
        ...lost.map(([name, owner]) => ({ name, options: null, destinations: [], owner })),
      ];
      const settings = { ...sysctls, ...timeouts };
      return {
        services: services.sort(byName),
        settings: sorted(Object.entries(settings).filter(([name]) => notes.settings.includes(name))),
        rivals,
        connections: parseConnections(listing),
      };
    },

    desired(intent) {
      const { services } = carriedByIpvs(intent);
      return {
        services: tableServices(services).map(serviceOf).sort(byName),
        settings: sorted(Object.entries(settingsFor(services))),
        rivals: [],
        connections: {},
      };
    },

    plan: (actual, desired) => planChanges(actual, desired, { ipvsadm, ownedFile }),

    async apply({ steps }, run) {
      for (const { action } of inTurn(steps, run)) {
        if (action.do === 'note') await changeNotes(ownedFile, of, action.changes);
        else if (action.do === 'rules') await ipvs.change(action.lines);
        else {
          await ipvs.setTimeouts(action.settings);
          await ipvs.setSysctls(sysctlsIn(action.settings));
        }
      }
    },
  };
}

function serviceOf({ service, name, options, destinations }: TableService): Service {
  const used = destinations
    .filter(({ isLeftOut }) => !isLeftOut)
    .map(({ to, options: how, weight }) => ({ to, options: how, weight }));
  return {
    name,
    options,
    owner: { id: service.id, nodes: sorted(destinations.map(({ to, node }) => [to, node])) },
    destinations: used.sort((a, b) => compareText(a.to, b.to)),
  };
}

function sorted(entries: [string, string][]): Record<string, string> {
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
}

function byName(a: Service, b: Service): number {
  return compareText(a.name, b.name);
}
