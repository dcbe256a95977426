/**
 * The objects of aXAPI v3 that RoomLB makes, and how the lines of a running configuration say the same: names,
 * defaults and URIs of "aXAPI v3", slb_server, slb_service_group, slb_virtual_server, slb_template_*, health_monitor
 * (documentation.a10networks.com/ACOS-Docs/axapi).
 */
import type { Setting } from '../../driving/objects/model.ts';

/** A setting, as JSON names it. */
export interface Field {
  readonly json: string;
  /** What its line begins with; all of the line where it is a flag. */
  readonly line: string;
  readonly type: 'flag' | 'number' | 'text';
  /** What a device without it has, where that can be set; a flag has false. */
  readonly standard?: Setting;
  /** It goes where this comes: "mutually exclusive". */
  readonly yields?: string;
}

export interface Kind {
  /** The beginning of the line. */
  readonly head: string;
  /** Below /axapi/v3; of a part below its parent's. */
  readonly path: string;
  /** The object in a body; with -list, several. */
  readonly element: string;
  /** Settings behind the name in the head, such as an address. */
  readonly identity: readonly string[];
  readonly fields: readonly Field[];
  /** What it is a part of. */
  readonly parent?: string;
}

const flag = (json: string, line = json): Field => ({ json, line, type: 'flag' });
const number = (json: string, standard: number): Field => ({ json, line: json, type: 'number', standard });
const text = (json: string, line: string, standard?: string): Field => ({
  json,
  line,
  type: 'text',
  ...(standard !== undefined && { standard }),
});

/** RoomLB makes nothing disabled but ports and members of servers; somebody else may. */
const ACTION = text('action', 'disable', 'enable');

const CHECKS: readonly Field[] = [
  { ...text('health-check', 'health-check'), yields: 'health-check-disable' },
  { ...flag('health-check-disable'), yields: 'health-check' },
];

/** In the order in which they are made. */
export const KINDS: readonly Kind[] = [
  {
    ...{ head: 'health monitor', path: 'health/monitor', element: 'monitor', identity: [] },
    fields: [
      number('retry', 3),
      number('up-retry', 1),
      number('interval', 5),
      number('timeout', 5),
      text('method', 'method'),
    ],
  },
  {
    ...{ head: 'slb template tcp', path: 'slb/template/tcp', element: 'tcp', identity: [] },
    fields: [number('idle-timeout', 120)],
  },
  {
    ...{ head: 'slb template udp', path: 'slb/template/udp', element: 'udp', identity: [] },
    fields: [number('idle-timeout', 120)],
  },
  {
    ...{
      head: 'slb template persist source-ip',
      path: 'slb/template/persist/source-ip',
      element: 'source-ip',
      identity: [],
    },
    fields: [number('timeout', 5)],
  },
  {
    ...{ head: 'slb template port', path: 'slb/template/port', element: 'port', identity: [] },
    fields: [flag('del-session-on-server-down')],
  },
  {
    ...{ head: 'slb server', path: 'slb/server', element: 'server', identity: ['address'] },
    fields: [...CHECKS, ACTION],
  },
  {
    ...{ head: 'port', path: 'port', element: 'port', identity: [], parent: 'slb server' },
    fields: [...CHECKS, text('template-port', 'template port', 'default'), number('weight', 1), ACTION],
  },
  {
    ...{
      head: 'slb service-group',
      path: 'slb/service-group',
      element: 'service-group',
      identity: ['protocol'],
    },
    fields: [text('lb-method', 'method', 'round-robin'), ...CHECKS],
  },
  {
    ...{ head: 'member', path: 'member', element: 'member', identity: [], parent: 'slb service-group' },
    fields: [text('member-state', 'disable', 'enable')],
  },
  {
    ...{
      head: 'slb virtual-server',
      path: 'slb/virtual-server',
      element: 'virtual-server',
      identity: ['address'],
    },
    fields: [number('vrid', 0), text('enable-disable-action', 'disable', 'enable')],
  },
  {
    ...{ head: 'port', path: 'port', element: 'port', identity: [], parent: 'slb virtual-server' },
    fields: [
      flag('auto', 'source-nat auto'),
      text('service-group', 'service-group'),
      flag('no-dest-nat'),
      flag('ipinip'),
      text('template-persist-source-ip', 'template persist source-ip'),
      text('template-tcp', 'template tcp', 'default'),
      text('template-udp', 'template udp', 'default'),
      ACTION,
    ],
  },
];

/** The setting that says whose an object is: "Customized tag". */
export const MARK = 'user-tag';

/** As objects name their kind. */
export function kindName({ head, parent }: Kind): string {
  return parent === undefined ? head : `${parent} ${head}`;
}

const BY_NAME = new Map(KINDS.map((kind) => [kindName(kind), kind]));

/** @throws where there is no such kind: objects come from KINDS alone */
export function kindOf(name: string): Kind {
  const kind = BY_NAME.get(name);
  if (!kind) throw new Error(`ACOS has no ${name}`);
  return kind;
}
