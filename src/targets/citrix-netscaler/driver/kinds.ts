/**
 * The resources of NITRO that RoomLB makes, with those of their attributes that it looks at. Names, defaults and what
 * goes with what: "NetScaler NITRO API reference", lbmonitor, server, servicegroup, lbvserver and their bindings
 * (developer-docs.netscaler.com/en-us/adc-nitro-api). They are the options of the command line in lower case.
 */

export interface Attribute {
  readonly name: string;
  /** What an appliance has without a word; where there is one, it can be set to that again. */
  readonly standard?: string | number;
  /** It means something only where this attribute has this value, and is sent together with it. */
  readonly beside?: readonly [name: string, value: string];
}

export interface Kind {
  /** Type of the resource, as in URLs and bodies. */
  readonly type: string;
  /** Attributes that name one; of a part the first names what it is a part of. */
  readonly key: readonly string[];
  /** What can only be said once, when it is made. */
  readonly identity: readonly string[];
  readonly attributes: readonly Attribute[];
  /** What it is a part of: it is bound to that. */
  readonly parent?: string;
  /** Whose attributes are changed, and who is disabled and enabled; itself where nothing is said. */
  readonly changedAs?: string;
  /** Its requests must tell its type: two resources of different types may have one name. */
  readonly typed?: true;
}

/** The attribute that says whose a resource is: "Any information about …". */
export const MARK = 'comment';

/** What binds a server with a port to a group. */
export const MEMBER = 'servicegroup_servicegroupmember_binding';

const plain = (...names: string[]): Attribute[] => names.map((name) => ({ name }));
const usually = (standards: Readonly<Record<string, string | number>>): Attribute[] =>
  Object.entries(standards).map(([name, standard]) => ({ name, standard }));
const beside = (name: string, value: string, ...names: string[]): Attribute[] =>
  names.map((one) => ({ name: one, beside: [name, value] }));

/** RoomLB has all enabled but members; somebody else may disable what he likes. */
const STATE = { state: 'ENABLED' };
const FLUSH = { downstateflush: 'ENABLED' };

/** In the order in which they are made. */
export const KINDS: readonly Kind[] = [
  {
    type: 'lbmonitor',
    key: ['monitorname'],
    identity: ['type'],
    attributes: [
      ...beside('type', 'HTTP', 'respcode', 'httprequest'),
      ...beside('type', 'UDP-ECV', 'send', 'recv'),
      ...plain('destport'),
      ...usually({
        interval: 5,
        units3: 'SEC',
        resptimeout: 2,
        units4: 'SEC',
        retries: 3,
        successretries: 1,
      }),
    ],
    typed: true,
  },
  {
    type: 'server',
    key: ['name'],
    identity: ['ipaddress'],
    attributes: [...plain(MARK), ...usually(STATE)],
  },
  {
    type: 'servicegroup',
    key: ['servicegroupname'],
    identity: ['servicetype'],
    attributes: [
      ...plain(MARK, 'usip', 'clttimeout', 'svrtimeout'),
      ...beside('usip', 'YES', 'useproxyport'),
      ...usually({ healthmonitor: 'YES', ...FLUSH, ...STATE }),
    ],
  },
  {
    type: MEMBER,
    key: ['servicegroupname', 'servername', 'port'],
    identity: [],
    attributes: usually({ weight: 1, ...STATE }),
    parent: 'servicegroup',
    changedAs: 'servicegroup',
  },
  {
    type: 'servicegroup_lbmonitor_binding',
    key: ['servicegroupname', 'monitor_name'],
    identity: [],
    attributes: [],
    parent: 'servicegroup',
  },
  {
    type: 'lbvserver',
    key: ['name'],
    identity: ['servicetype', 'ipv46', 'port'],
    attributes: [
      ...plain(MARK, 'clttimeout'),
      ...beside('persistencetype', 'SOURCEIP', 'timeout'),
      ...usually({ persistencetype: 'NONE', lbmethod: 'LEASTCONNECTION', m: 'IP', ...FLUSH, ...STATE }),
    ],
  },
  {
    type: 'lbvserver_servicegroup_binding',
    key: ['name', 'servicegroupname'],
    identity: [],
    attributes: [],
    parent: 'lbvserver',
  },
];

const BY_TYPE = new Map(KINDS.map((kind) => [kind.type, kind]));

/** @throws where there is no such type: objects come from KINDS alone */
export function kindOf(type: string): Kind {
  const kind = BY_TYPE.get(type);
  if (!kind) throw new Error(`RoomLB makes no ${type}`);
  return kind;
}
