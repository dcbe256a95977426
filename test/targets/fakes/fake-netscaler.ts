/**
 * A FAKE of a NetScaler, as far as the driver asks its NITRO. Shapes: "NetScaler NITRO API reference" on
 * developer-docs.netscaler.com (lbmonitor, server, servicegroup, lbvserver, their bindings, login, nspartition,
 * nsconfig, "Error and exception handling", "Retrieve bindings in bulk"); numbers of errors: the vendor's list of
 * them. That virtual servers tell by "curstate" alone whether they are disabled: the vendor's Terraform provider. Careful
 * where those are silent: it refuses.
 */
import {
  PASSWORD,
  USER,
  type FakeAnswer,
  type FakeDevice,
  type FakeRequest,
  type Parsed,
} from './fake-device.ts';

interface Type {
  readonly keys: readonly string[];
  /** Attributes that it takes beside its keys, with what they are without a word. */
  readonly takes: Readonly<Record<string, unknown>>;
  /** Of these takes what is said when it is made, and never again. */
  readonly once?: readonly string[];
  /** Attributes that name others, by the type of those. */
  readonly refers?: Readonly<Record<string, string>>;
  readonly parent?: string;
}

const CHECK = { interval: 5, units3: 'SEC', resptimeout: 2, units4: 'SEC', retries: 3, successretries: 1 };
const SENT = { respcode: undefined, httprequest: undefined, send: undefined, recv: undefined };
const COMMON = { comment: undefined, state: 'ENABLED' };
const TIMED = { clttimeout: '180', downstateflush: 'ENABLED' };

const TYPES: Readonly<Record<string, Type>> = {
  lbmonitor: {
    ...{ keys: ['monitorname'], once: ['type'] },
    takes: { type: undefined, ...SENT, destport: 0, ...CHECK },
  },
  server: { keys: ['name'], takes: { ipaddress: undefined, ...COMMON }, once: ['ipaddress', 'state'] },
  servicegroup: {
    ...{ keys: ['servicegroupname'], once: ['servicetype', 'state'] },
    takes: {
      ...{ servicetype: undefined, ...COMMON, ...TIMED, usip: 'NO', useproxyport: 'YES' },
      ...{ healthmonitor: 'YES', svrtimeout: '360' },
    },
  },
  servicegroup_servicegroupmember_binding: {
    ...{ keys: ['servicegroupname', 'servername', 'port'], takes: { weight: '1', state: 'ENABLED' } },
    ...{ refers: { servername: 'server' }, parent: 'servicegroup' },
  },
  servicegroup_lbmonitor_binding: {
    ...{ keys: ['servicegroupname', 'monitor_name'], takes: {} },
    ...{ refers: { monitor_name: 'lbmonitor' }, parent: 'servicegroup' },
  },
  lbvserver: {
    ...{ keys: ['name'], once: ['servicetype', 'ipv46', 'port', 'state'] },
    takes: {
      ...{ servicetype: undefined, ipv46: undefined, port: undefined, ...COMMON, ...TIMED },
      ...{ persistencetype: 'NONE', timeout: '2', lbmethod: 'LEASTCONNECTION', m: 'IP' },
    },
  },
  lbvserver_servicegroup_binding: {
    ...{ keys: ['name', 'servicegroupname'], takes: {} },
    ...{ refers: { servicegroupname: 'servicegroup' }, parent: 'lbvserver' },
  },
};

const MEMBER = 'servicegroup_servicegroupmember_binding';

/** Attributes of type Double come as text. */
const DOUBLES = ['weight', 'timeout', 'clttimeout', 'svrtimeout'];

class Refusal extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly status = 599,
  ) {
    super(message);
  }
}

const OTHERS: Readonly<Record<string, readonly Parsed[]>> = {
  lbmonitor: [
    { monitorname: 'ping-default', type: 'PING' },
    { monitorname: 'web', type: 'HTTP', destport: 80 },
  ],
  server: [{ name: 'web', ipaddress: '10.9.0.1' }],
  servicegroup: [{ servicegroupname: 'web', servicetype: 'TCP', usip: 'NO' }],
  [MEMBER]: [{ servicegroupname: 'web', servername: 'web', port: 80 }],
  servicegroup_lbmonitor_binding: [{ servicegroupname: 'web', monitor_name: 'web' }],
  lbvserver: [{ name: 'web', servicetype: 'TCP', ipv46: '198.51.100.1', port: 80 }],
  lbvserver_servicegroup_binding: [{ name: 'web', servicegroupname: 'web' }],
};

const DONE = { errorcode: 0, message: 'Done', severity: 'NONE' };

export class FakeNetscaler implements FakeDevice {
  readonly changes: string[] = [];
  busy = 0;
  refuses: (request: FakeRequest) => string | undefined = () => undefined;
  /** Sessions that were not ended. */
  sessions = new Set<string>();
  /** How often the configuration was saved. */
  saved = 0;
  partition = 'default';
  #logins = 0;
  readonly #store = new Map(Object.keys(TYPES).map((type) => [type, new Map<string, Parsed>()]));

  /** @param others what is there already, of whom RoomLB knows nothing */
  constructor(others: Readonly<Record<string, readonly Parsed[]>> = OTHERS) {
    for (const [type, rows] of Object.entries(others)) for (const row of rows) this.#add(type, row);
  }

  answer(request: FakeRequest): FakeAnswer {
    try {
      return this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: errorBody(error) };
    }
  }

  dump(): string {
    return JSON.stringify(
      [...this.#store].map(([type, all]) => [type, [...all].sort(([a], [b]) => (a < b ? -1 : 1))]),
    );
  }

  foreign(): string {
    const all = [...this.#store].map(([type, rows]) => [
      type,
      [...rows].filter(([key]) => !key.startsWith('roomlb-')),
    ]);
    return JSON.stringify(all);
  }

  meddle(): void {
    const [member] = this.#own(MEMBER);
    this.#turn(member, member.state === 'DISABLED' ? 'enable' : 'disable', {});
  }

  /** As somebody would at the appliance: sets what is told of every resource of a type that is RoomLB's. */
  set(type: string, attributes: object): void {
    for (const row of this.#own(type)) Object.assign(row, attributes);
  }

  /** As somebody would at the appliance. */
  bind(type: string, row: object): void {
    this.#add(type, row);
  }

  /** What members that are leaving still had has ended. */
  endConnections(): void {
    for (const row of this.#of(MEMBER).values())
      if (row.svrstate === 'GOING OUT OF SERVICE') row.svrstate = 'OUT OF SERVICE';
  }

  rows(type: string): Parsed[] {
    return this.#own(type);
  }

  #of(type: string): Map<string, Parsed> {
    return this.#store.get(type)!;
  }

  #own(type: string): Parsed[] {
    return [...this.#of(type)].filter(([key]) => key.startsWith('roomlb-')).map(([, row]) => row);
  }

  #answer(request: FakeRequest): FakeAnswer {
    const { method, headers, body } = request;
    const [path = '', query = ''] = request.path.replace(/^\/nitro\/v1\/config\//, '').split('?');
    if (path === 'login') return this.#logIn(body.login);
    const session = /^NITRO_AUTH_TOKEN=(.+)$/.exec(headers.cookie ?? '')?.[1] ?? '';
    if (!this.sessions.has(session))
      throw new Refusal(444, 'Session expired or killed. Please login again', 401);
    if (path === 'logout') {
      this.sessions.delete(session);
      return { status: 201, body: DONE };
    }
    if (this.busy > 0) {
      this.busy--;
      throw new Refusal(446, 'Connection limit to CFE exceeded');
    }
    if (path === 'nspartition') {
      if (body.nspartition.partitionname !== 'edge') throw new Refusal(258, 'No such resource', 404);
      this.partition = body.nspartition.partitionname;
      return { status: 200, body: DONE };
    }
    if (method === 'GET') return this.#list(path, query);
    const no = this.refuses(request);
    if (no !== undefined) throw new Refusal(1090, no);
    this.changes.push(`${method} ${path}${query && `?${query}`}`);
    if (path === 'nsconfig') {
      this.saved++;
      return { status: 200, body: DONE };
    }
    return this.#change(request, path, query);
  }

  #logIn(login: Parsed): FakeAnswer {
    if (login.username !== USER || login.password !== PASSWORD)
      throw new Refusal(354, 'Invalid username or password', 401);
    const session = `%23%23${this.#logins++}A5C0`;
    this.sessions.add(session);
    const headers = { 'set-cookie': `NITRO_AUTH_TOKEN=${session};Path=/nitro/v1;HttpOnly` };
    return { status: 201, headers, body: { ...DONE, sessionid: decodeURIComponent(session) } };
  }

  #list(type: string, query: string): FakeAnswer {
    const known = TYPES[type];
    if (!known || (known.parent !== undefined && query !== 'bulkbindings=yes'))
      throw new Refusal(1240, `Not a valid request: ${type}`, 400);
    const rows = [...this.#of(type).values()];
    // Nothing is told of in two ways.
    if (rows.length === 0 && known.parent !== undefined) throw new Refusal(258, 'No such resource', 404);
    return { status: 200, body: { ...DONE, ...(rows.length > 0 && { [type]: rows }) } };
  }

  #change({ method, body, headers }: FakeRequest, path: string, query: string): FakeAnswer {
    const [type = '', name = ''] = path.split('/').map(decodeURIComponent);
    const known = TYPES[type];
    if (!known) throw new Refusal(1240, `Not a valid request: ${type}`, 400);
    if (method === 'DELETE') {
      this.#remove(
        type,
        name,
        new Map(
          query
            .replace(/^args=/, '')
            .split(',')
            .map((one) => pair(one)),
        ),
      );
      return { status: 200, body: DONE };
    }
    const action = /^action=(enable|disable)$/.exec(query)?.[1];
    const said = body[type];
    if (method === 'POST' && action !== undefined) {
      this.#turn(this.#target(type, said), action, said);
      return { status: 200, body: DONE };
    }
    if (method === (known.parent === undefined ? 'POST' : 'PUT')) return this.#addAll(type, said, headers);
    if (method !== 'PUT') throw new Refusal(1240, `Not a valid request: ${method} ${type}`, 400);
    this.#set(type, said);
    return { status: 200, body: DONE };
  }

  /** Rollback: none where one cannot be. */
  #addAll(type: string, said: Parsed, headers: FakeRequest['headers']): FakeAnswer {
    if (headers['x-nitro-onerror'] !== 'rollback') throw new Refusal(1, 'the fake knows rollback only');
    const rows = Array.isArray(said) ? said : [said];
    const added: string[] = [];
    const response: object[] = [];
    for (const row of rows) {
      try {
        added.push(this.#add(type, row));
        response.push(DONE);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        for (const key of added) this.#of(type).delete(key);
        const failed = { errorcode: 1243, message: 'Bulk operation failed', severity: 'ERROR' };
        return { status: 207, body: { ...failed, response: [...response, errorBody(error)] } };
      }
    }
    return { status: 201, body: DONE };
  }

  #add(type: string, said: Parsed): string {
    const { keys, takes, refers = {}, parent } = TYPES[type]!;
    check(type, said, [...keys, ...Object.keys(takes)]);
    const key = keyIn(said, keys);
    if (this.#of(type).has(key)) throw new Refusal(273, `Resource already exists [${type}, ${key}]`, 409);
    if (parent !== undefined && !this.#of(parent).has(key.split(' ')[0]!))
      throw new Refusal(258, `No such resource [${parent}, ${key}]`, 404);
    for (const [attribute, other] of Object.entries(refers))
      if (!this.#of(other).has(said[attribute]))
        throw new Refusal(258, `No such resource [${other}, ${said[attribute]}]`, 404);
    const row = JSON.parse(JSON.stringify({ ...takes, ...said }));
    this.#mayHave(type, row);
    if (type === 'lbvserver') {
      Reflect.deleteProperty(row, 'state');
      row.curstate = 'DOWN';
    }
    if (type === MEMBER) row.svrstate = row.state === 'DISABLED' ? 'OUT OF SERVICE' : 'UP';
    this.#of(type).set(key, shown(row));
    return key;
  }

  /** Two servers have two addresses; so have two virtual servers, or two ports, or TCP and UDP. */
  #mayHave(type: string, row: Parsed): void {
    for (const other of this.#of(type).values()) {
      const isTaken =
        type === 'server'
          ? other.ipaddress === row.ipaddress
          : type === 'lbvserver' &&
            other.ipv46 === row.ipv46 &&
            other.port === row.port &&
            (other.servicetype === row.servicetype ||
              [other, row].some(({ servicetype }) => servicetype === 'ANY'));
      if (isTaken) throw new Refusal(273, `Resource already exists [${JSON.stringify(other)}]`, 409);
    }
    if (type !== 'lbvserver_servicegroup_binding') return;
    const [server, group] = [
      this.#of('lbvserver').get(row.name),
      this.#of('servicegroup').get(row.servicegroupname),
    ];
    if (server.servicetype !== group.servicetype) throw new Refusal(471, 'Vserver type mismatch.');
  }

  #target(type: string, said: Parsed): Parsed {
    const isMember = type === 'servicegroup' && said.servername !== undefined;
    const of = isMember ? MEMBER : type;
    const row = this.#of(of).get(keyIn(said, TYPES[of]!.keys));
    if (!row) throw new Refusal(258, `No such resource [${JSON.stringify(said)}]`, 404);
    return row;
  }

  #turn(row: Parsed, action: string, { graceful = 'NO' }: Parsed): void {
    if (row.curstate === undefined) row.state = action === 'enable' ? 'ENABLED' : 'DISABLED';
    else row.curstate = action === 'enable' ? 'DOWN' : 'OUT OF SERVICE';
    if (row.svrstate === undefined) return;
    const isLeaving = graceful === 'YES' && row.svrstate !== 'OUT OF SERVICE';
    row.svrstate = action === 'enable' ? 'UP' : isLeaving ? 'GOING OUT OF SERVICE' : 'OUT OF SERVICE';
  }

  #set(type: string, said: Parsed): void {
    const row = this.#target(type, said);
    const { keys, takes, once = [] } = row.servername === undefined ? TYPES[type]! : TYPES[MEMBER]!;
    const may = Object.keys(takes).filter(
      (name) => !once.includes(name) && !(row.servername && name === 'state'),
    );
    check(type, said, [...keys, ...may, ...(type === 'lbmonitor' ? ['type'] : [])]);
    if (type === 'lbmonitor' && said.type !== row.type)
      throw new Refusal(1095, 'Required argument missing [type]');
    if (said.timeout !== undefined && said.persistencetype === undefined)
      throw new Refusal(1092, 'Argument pre-requisite missing [timeout, persistenceType]');
    Object.assign(row, shown(said));
  }

  #remove(type: string, name: string, args: ReadonlyMap<string, string>): void {
    const { keys } = TYPES[type]!;
    const key = [name, ...keys.slice(1).map((attribute) => args.get(attribute))].join(' ');
    const row = this.#of(type).get(key);
    if (!row) throw new Refusal(258, `No such resource [${type}, ${key}]`, 404);
    if (type === 'lbmonitor' && args.get('type') !== row.type)
      throw new Refusal(1095, 'Required argument missing [type]');
    for (const [of, { refers = {} }] of Object.entries(TYPES))
      for (const [attribute, to] of Object.entries(refers))
        for (const [user, one] of this.#of(of))
          if (to === type && one[attribute] === name)
            throw new Refusal(1093, `${key} is in use [${of}, ${user}]`);
    this.#of(type).delete(key);
    for (const [of, { parent }] of Object.entries(TYPES))
      if (parent === type)
        for (const part of [...this.#of(of).keys()])
          if (part.startsWith(`${name} `)) this.#of(of).delete(part);
  }
}

function errorBody({ code, message }: Refusal): object {
  return { errorcode: code, message, severity: 'ERROR' };
}

function keyIn(row: Parsed, keys: readonly string[]): string {
  return keys.map((key) => String(row[key])).join(' ');
}

function pair(argument: string): [string, string] {
  const [name = '', value = ''] = argument.split(':', 2).map(decodeURIComponent);
  return [name, value];
}

function check(type: string, said: Parsed, known: readonly string[]): void {
  for (const name of Object.keys(said))
    if (!known.includes(name)) throw new Refusal(278, `Invalid argument [${type}, ${name}]`, 400);
  if (said.usip === 'NO' && said.useproxyport !== undefined)
    throw new Refusal(1092, 'Argument pre-requisite missing [useproxyport, usip==YES]');
}

function shown(row: Parsed): Parsed {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, DOUBLES.includes(name) ? String(value) : value]),
  );
}
