/** Reads a declaration as it was posted, or as `GET …/declare` answers it, by the schema that model.ts cites. */
import { parseAddress } from '../../topology/address.ts';
import type { IpAddress, Protocol } from '../../topology/model.ts';
import { itemsAt, numberAt, readJson, textAt, type Located } from '../reading/json.ts';
import { idOf } from '../reading/values.ts';
import { service, type Seen, type SeenService, type Unread } from '../seen.ts';
import { membersOf, roleOf } from './read-pools.ts';
import { Scope, unreadBelow, type Say } from './read-scope.ts';

export function readBack(text: string): Seen {
  const root = readJson(text);
  const declaration = textAt(root, 'class') === 'AS3' ? root?.members?.get('declaration') : root;
  if (textAt(declaration, 'class') !== 'ADC') {
    const why = 'it is no AS3 declaration in JSON';
    return {
      services: [],
      vrrp: [],
      unread: [{ line: 1, text: text.slice(0, SHOWN).split('\n', 1)[0] ?? '', why }],
    };
  }
  const lines = text.split('\n');
  const unread: Unread[] = [];
  const say: Say = (line, why) => unread.push({ line, text: (lines[line - 1] ?? '').trim(), why });
  const services = membersOfClass(declaration, 'Tenant').flatMap(([tenant, applications]) => {
    unreadBelow(applications, TENANT, say);
    return membersOfClass(applications, 'Application').flatMap(([name, application]) => {
      const objects = [...(application.members?.values() ?? [])].filter(({ members }) => members !== null);
      for (const object of objects) unreadIn(object, say);
      const scope = new Scope(declaration, tenant, name);
      return objects.flatMap((object) => servicesOf(object, scope, name, say));
    });
  });
  return { services, vrrp: [], unread: unread.sort((a, b) => a.line - b.line) };
}

/** Of text that is no declaration, characters. */
const SHOWN = 200;

function membersOfClass(of: Located | undefined, name: string): [string, Located][] {
  return [...(of?.members ?? [])].filter(([, value]) => textAt(value, 'class') === name);
}

/** Members of a tenant that are no applications. */
const TENANT = /^(class|label|remark|optimisticLockKey)$/;

/** Members of objects that are understood, or that change nothing here. */
const SERVICE =
  /^(class|label|remark|layer4|virtualAddresses|virtualPort|pool|profileL4|persistenceMethods|snat|translateServerAddress|translateServerPort|enable)$/;
const KNOWN: ReadonlyMap<string, RegExp> = new Map([
  ['Service_L4', SERVICE],
  ['Service_TCP', SERVICE],
  ['Service_UDP', SERVICE],
  ['Service_Address', /^(class|label|remark|virtualAddress|arpEnabled|icmpEcho|routeAdvertisement)$/],
  ['Pool', /^(class|label|remark|loadBalancingMode|members|monitors|minimumMonitors)$/],
  ['Monitor', /^(class|label|remark|monitorType|targetPort|interval|timeout|send|receive)$/],
  ['L4_Profile', /^(class|label|remark|idleTimeout|looseInitialization|looseClose)$/],
  ['Persist', /^(class|label|remark|persistenceMethod|duration)$/],
]);
const MEMBER = /^(servicePort|serverAddresses|ratio|adminState|monitors|minimumMonitors|shareNodes|remark)$/;

function unreadIn(object: Located, say: Say): void {
  const of = textAt(object, 'class') ?? '';
  const known = KNOWN.get(of);
  if (known) unreadBelow(object, known, say);
  else say(object.line, of === '' ? null : `objects of class ${of} are not read`);
  for (const member of itemsAt(object, 'members')) {
    if (itemsAt(member, 'serverAddresses').length === 0) say(member.line, 'it has no address');
    else unreadBelow(member, MEMBER, say);
  }
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = { Service_TCP: 'tcp', Service_UDP: 'udp' };

function protocolOf(object: Located): Protocol | null {
  const of = textAt(object, 'class') ?? '';
  if (of !== 'Service_L4') return PROTOCOLS[of] ?? null;
  const layer4 = textAt(object, 'layer4') ?? 'tcp';
  return layer4 === 'tcp' || layer4 === 'udp' ? layer4 : null;
}

function servicesOf(object: Located, scope: Scope, application: string, say: Say): SeenService[] {
  const protocol = protocolOf(object);
  if (protocol === null) return [];
  const port = numberAt(object, 'virtualPort') ?? 0;
  const reference = object.members?.get('pool');
  const pool = scope.find(reference);
  const addresses = itemsAt(object, 'virtualAddresses').flatMap((one) => addressOf(one, scope));
  const isOff = object.members?.get('enable')?.scalar === false;
  if (port < 1 || port > 65_535 || !pool || addresses.length === 0 || isOff) {
    say(object.line, isOff ? 'it is not enabled' : 'it has no one port, no address or no pool');
    return [];
  }
  const profile = scope.find(object.members?.get('profileL4'));
  const persist = scope.find(itemsAt(object, 'persistenceMethods')[0]);
  return addresses.map((address) =>
    service({
      line: object.line,
      vip: idOf(/^vip_(.+)$/.exec(application)?.[1]),
      address,
      protocol,
      ports: { first: port, last: port },
      forwarding: object.members?.get('translateServerAddress')?.scalar === false ? 'dsr' : 'nat',
      // "auto" is the default of the schema.
      snat: textAt(object, 'snat') !== 'none',
      persistence: numberAt(persist, 'duration') ?? null,
      idleTimeout: numberAt(profile, 'idleTimeout') ?? null,
      role: roleOf(scope.nameOf(reference)),
      members: membersOf(pool, scope.nameOf(reference), scope),
    }),
  );
}

/** Text, or the name of a Service_Address. */
function addressOf(value: Located, scope: Scope): IpAddress[] {
  const text = typeof value.scalar === 'string' ? value.scalar : textAt(scope.find(value), 'virtualAddress');
  const address = parseAddress(text ?? '');
  return address ? [address] : [];
}
