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

/** RoomLB has all enabled but members; somebody else may disable what he likes. */
const STATE: Attribute = { name: 'state', standard: 'ENABLED' };

const HTTP = ['type', 'HTTP'] as const;
const UDP_ECV = ['type', 'UDP-ECV'] as const;

/** In the order in which they are made. */
export const KINDS: readonly Kind[] = [
  {
    ...{ type: 'lbmonitor', key: ['monitorname'], identity: ['type'], typed: true },
    attributes: [
      ...[
        { name: 'respcode', beside: HTTP },
        { name: 'httprequest', beside: HTTP },
        { name: 'send', beside: UDP_ECV },
        { name: 'recv', beside: UDP_ECV },
      ],
      ...[
        { name: 'destport' },
        { name: 'interval', standard: 5 },
        { name: 'units3', standard: 'SEC' },
        { name: 'resptimeout', standard: 2 },
        { name: 'units4', standard: 'SEC' },
        { name: 'retries', standard: 3 },
        { name: 'successretries', standard: 1 },
      ],
    ],
  },
  {
    ...{ type: 'server', key: ['name'], identity: ['ipaddress'] },
    attributes: [{ name: MARK }, STATE],
  },
  {
    ...{ type: 'servicegroup', key: ['servicegroupname'], identity: ['servicetype'] },
    attributes: [
      ...[{ name: MARK }, { name: 'usip' }, { name: 'useproxyport', beside: ['usip', 'YES'] as const }],
      ...[
        { name: 'healthmonitor', standard: 'YES' },
        { name: 'clttimeout' },
        { name: 'svrtimeout' },
        { name: 'downstateflush', standard: 'ENABLED' },
        STATE,
      ],
    ],
  },
  {
    type: MEMBER,
    ...{ key: ['servicegroupname', 'servername', 'port'], identity: [] },
    attributes: [{ name: 'weight', standard: 1 }, STATE],
    ...{ parent: 'servicegroup', changedAs: 'servicegroup' },
  },
  {
    type: 'servicegroup_lbmonitor_binding',
    ...{ key: ['servicegroupname', 'monitor_name'], identity: [], attributes: [], parent: 'servicegroup' },
  },
  {
    ...{ type: 'lbvserver', key: ['name'], identity: ['servicetype', 'ipv46', 'port'] },
    attributes: [
      ...[{ name: MARK }, { name: 'persistencetype', standard: 'NONE' }],
      { name: 'timeout', beside: ['persistencetype', 'SOURCEIP'] },
      ...[
        { name: 'lbmethod', standard: 'LEASTCONNECTION' },
        { name: 'm', standard: 'IP' },
        { name: 'clttimeout' },
        { name: 'downstateflush', standard: 'ENABLED' },
        STATE,
      ],
    ],
  },
  {
    type: 'lbvserver_servicegroup_binding',
    ...{ key: ['name', 'servicegroupname'], identity: [], attributes: [], parent: 'lbvserver' },
  },
];

const BY_TYPE = new Map(KINDS.map((kind) => [kind.type, kind]));

/** @throws where there is no such type: objects come from KINDS alone */
export function kindOf(type: string): Kind {
  const kind = BY_TYPE.get(type);
  if (!kind) throw new Error(`RoomLB makes no ${type}`);
  return kind;
}
