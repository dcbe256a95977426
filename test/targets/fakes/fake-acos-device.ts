/**
 * A FAKE of an ACOS device, as far as the driver asks its aXAPI v3. Shapes: "aXAPI v3" on
 * documentation.a10networks.com/ACOS-Docs/axapi (slb_server, slb_service_group, slb_virtual_server, slb_template_*,
 * health_monitor, auth), and the error codes of the vendor's own client (a10-acos-axapi, responses.py). Careful
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

interface Collection {
  readonly element: string;
  readonly keys: readonly string[];
  /** Settings that it takes beside its keys, with what they are without a word. */
  readonly takes: Readonly<Record<string, unknown>>;
  /** Attributes that name others, by the collection of those. */
  readonly refers?: Readonly<Record<string, string>>;
  readonly parts?: Readonly<Record<string, Collection>>;
}

const TEMPLATES = {
  'template-tcp': 'slb/template/tcp',
  'template-udp': 'slb/template/udp',
  'template-persist-source-ip': 'slb/template/persist/source-ip',
};
const CHECK = { 'health-check': undefined, 'health-check-disable': 0 };
const named = { keys: ['name'] };

const COLLECTIONS: Readonly<Record<string, Collection>> = {
  'health/monitor': {
    ...named,
    element: 'monitor',
    takes: { 'user-tag': undefined, retry: 3, 'up-retry': 1, interval: 5, timeout: 5, method: undefined },
  },
  'slb/template/tcp': { ...named, element: 'tcp', takes: { 'user-tag': undefined, 'idle-timeout': 120 } },
  'slb/template/udp': { ...named, element: 'udp', takes: { 'user-tag': undefined, 'idle-timeout': 120 } },
  'slb/template/persist/source-ip': {
    ...named,
    element: 'source-ip',
    takes: { 'user-tag': undefined, timeout: 5 },
  },
  'slb/template/port': {
    ...named,
    element: 'port',
    takes: { 'user-tag': undefined, 'del-session-on-server-down': 0 },
  },
  'slb/server': {
    ...named,
    element: 'server',
    takes: {
      'user-tag': undefined,
      host: undefined,
      'server-ipv6-addr': undefined,
      ...CHECK,
      action: 'enable',
    },
    parts: {
      port: {
        element: 'port',
        keys: ['port-number', 'protocol'],
        takes: { ...CHECK, weight: 1, 'template-port': 'default', action: 'enable' },
        refers: { 'template-port': 'slb/template/port' },
      },
    },
  },
  'slb/service-group': {
    ...named,
    element: 'service-group',
    takes: { 'user-tag': undefined, protocol: undefined, 'lb-method': 'round-robin', ...CHECK },
    refers: { 'health-check': 'health/monitor' },
    parts: {
      member: {
        element: 'member',
        keys: ['name', 'port'],
        takes: { 'member-state': 'enable', 'member-priority': 1 },
        refers: { name: 'slb/server' },
      },
    },
  },
  'slb/virtual-server': {
    ...named,
    element: 'virtual-server',
    takes: {
      'user-tag': undefined,
      'ip-address': undefined,
      'ipv6-address': undefined,
      vrid: 0,
      'enable-disable-action': 'enable',
    },
    parts: {
      port: {
        element: 'port',
        keys: ['port-number', 'protocol'],
        takes: {
          ...{ auto: 0, 'service-group': undefined, 'no-dest-nat': 0, ipinip: 0, action: 'enable' },
          ...{
            'template-tcp': 'default',
            'template-udp': 'default',
            'template-persist-source-ip': undefined,
          },
        },
        refers: { ...TEMPLATES, 'service-group': 'slb/service-group' },
      },
    },
  },
};

/** Names that exclude each other in one object. */
const EXCLUSIVE = [
  ['health-check', 'health-check-disable'],
  ['no-dest-nat', 'ipinip'],
  ['auto', 'no-dest-nat'],
] as const;

class Refusal extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

const OTHERS = {
  name: 'web',
  host: '10.9.0.1',
  'port-list': [{ 'port-number': 80, protocol: 'tcp', weight: 1, action: 'enable' }],
};

export class FakeAcosDevice implements FakeDevice {
  readonly changes: string[] = [];
  busy = 0;
  refuses: (request: FakeRequest) => string | undefined = () => undefined;
  /** Sessions that were not ended. */
  sessions = new Set<string>();
  /** How often the configuration was saved. */
  saved = 0;
  partition = 'shared';
  #logins = 0;
  #store = new Map<string, Map<string, Parsed>>();

  constructor() {
    for (const path of Object.keys(COLLECTIONS)) this.#store.set(path, new Map());
    this.#of('slb/server').set('web', structuredClone(OTHERS));
  }

  answer(request: FakeRequest): FakeAnswer {
    try {
      return this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message: msg, status } = error;
      return { status, body: { response: { status: 'fail', err: { code, from: 'CM', msg } } } };
    }
  }

  dump(): string {
    return JSON.stringify(
      [...this.#store].map(([path, all]) => [path, [...all.values()].map(sortedParts).sort(byText)]),
    );
  }

  foreign(): string {
    return JSON.stringify(this.#of('slb/server').get('web'));
  }

  meddle(): void {
    const [group] = this.#of('slb/service-group').values();
    const [member] = group['member-list'];
    member['member-state'] = member['member-state'] === 'disable' ? 'enable' : 'disable';
  }

  /** As somebody would at the device: sets what is told of every object of a collection, and of its parts. */
  set(path: string, settings: object, part?: string): void {
    for (const object of this.#of(path).values())
      for (const one of part === undefined ? [object] : (object[`${part}-list`] ?? []))
        Object.assign(one, settings);
  }

  #of(path: string): Map<string, Parsed> {
    return this.#store.get(path)!;
  }

  #answer(request: FakeRequest): FakeAnswer {
    const { method, headers, body } = request;
    const path = request.path.replace(/^\/axapi\/v3\//, '');
    if (path === 'auth') return this.#logIn(body.credentials);
    const session = headers.authorization?.replace(/^A10 /, '') ?? '';
    if (!this.sessions.has(session))
      return { status: 401, body: { authorizationschema: { code: 401, error: 'Invalid session id' } } };
    if (path === 'logoff') {
      this.sessions.delete(session);
      return { status: 200, body: { response: { status: 'OK' } } };
    }
    if (this.busy > 0) {
      this.busy--;
      throw new Refusal(1023464193, 'System is busy, please retry later.', 503);
    }
    const partition = /^active-partition\/(.+)$/.exec(path)?.[1];
    if (partition !== undefined) {
      this.partition = partition;
      return { status: 200, body: { response: { status: 'OK' } } };
    }
    if (method !== 'GET') {
      const no = this.refuses(request);
      if (no !== undefined) throw new Refusal(67_239_937, no);
      this.changes.push(`${method} ${path}`);
    }
    if (path === 'write/memory') {
      this.saved++;
      return { status: 200, body: { response: { status: 'OK' } } };
    }
    return this.#object(method, path, body);
  }

  #logIn(credentials: Parsed): FakeAnswer {
    if (credentials.username !== USER || credentials.password !== PASSWORD) {
      const error = 'Invalid admin user credentials';
      return { status: 403, body: { authorizationschema: { code: 403, error } } };
    }
    const signature = `signature-${this.#logins++}`;
    this.sessions.add(signature);
    return { status: 200, body: { authresponse: { signature, description: 'the signature should be set' } } };
  }

  #object(method: string, path: string, body: Parsed): FakeAnswer {
    const top = Object.keys(COLLECTIONS).find((one) => path === one || path.startsWith(`${one}/`));
    if (top === undefined) throw new Refusal(1, `no such URI ${path}`, 404);
    const [name, part, key] = path
      .slice(top.length + 1)
      .split('/')
      .map(decodeURIComponent);
    const collection = COLLECTIONS[top]!;
    const all = this.#of(top);
    if (!name) return this.#collection(method, collection, all, body);
    const parent = all.get(name);
    if (!parent) throw new Refusal(1_023_460_352, `Object specified does not exist (object: ${name})`, 404);
    if (!part) return this.#element(method, collection, all, name, body);
    const inner = collection.parts![part]!;
    const list = new Map<string, Parsed>(
      (parent[`${part}-list`] ?? []).map((one: Parsed) => [keyIn(one, inner), one]),
    );
    const answer = key
      ? this.#element(method, inner, list, key, body)
      : this.#collection(method, inner, list, body);
    this.#replace(parent, `${part}-list`, [...list.values()], collection);
    return answer;
  }

  #collection(method: string, collection: Collection, all: Map<string, Parsed>, body: Parsed): FakeAnswer {
    const list = `${collection.element}-list`;
    if (method === 'GET')
      return {
        status: 200,
        body: { [list]: [...all.values()].map((one) => ({ ...one, uuid: 'x', 'a10-url': 'y' })) },
      };
    const fresh = (body[list] ?? [body[collection.element]]) as Parsed[];
    const added = fresh.map((one): [string, Parsed] => [keyIn(one, collection), this.#made(one, collection)]);
    for (const [key, one] of added) {
      if (all.has(key)) throw new Refusal(1406, `${collection.element} ${key} exists`);
      this.#mayHave(one, collection);
      all.set(key, one);
    }
    return { status: 200, body: { [list]: fresh } };
  }

  #element(
    method: string,
    collection: Collection,
    all: Map<string, Parsed>,
    key: string,
    body: Parsed,
  ): FakeAnswer {
    const before = all.get(key);
    if (!before) throw new Refusal(1_023_460_352, `Object specified does not exist (object: ${key})`, 404);
    if (method === 'DELETE') {
      this.#mayGo(before, collection);
      all.delete(key);
      return { status: 200, body: { response: { status: 'OK' } } };
    }
    const changed = { ...before, ...body[collection.element] };
    for (const pair of EXCLUSIVE) {
      const [fresh] = pair.filter((one) => body[collection.element][one]);
      const [old] = pair.filter((one) => one !== fresh);
      if (fresh && old && before[old] && body[collection.element][old] === undefined)
        Reflect.deleteProperty(changed, old);
    }
    this.#check(changed, collection);
    all.set(key, changed);
    return { status: 200, body: {} };
  }

  /** With what it is without a word, as GET shows it. */
  #made(json: Parsed, collection: Collection): Parsed {
    this.#check(json, collection);
    const made = { ...collection.takes, ...json };
    for (const [part, inner] of Object.entries(collection.parts ?? {})) {
      const list = json[`${part}-list`] as Parsed[] | undefined;
      if (list) made[`${part}-list`] = list.map((one) => this.#made(one, inner));
    }
    return JSON.parse(JSON.stringify(made));
  }

  #check(json: Parsed, { element, keys, takes, refers = {}, parts = {} }: Collection): void {
    const known = [...keys, ...Object.keys(takes), ...Object.keys(parts).map((part) => `${part}-list`)];
    for (const name of Object.keys(json))
      if (!known.includes(name)) throw new Refusal(2, `unknown ${element}.${name}`);
    for (const [a, b] of EXCLUSIVE) if (json[a] && json[b]) throw new Refusal(3, `${a} excludes ${b}`);
    for (const [name, path] of Object.entries(refers)) {
      const value = json[name];
      if (value !== undefined && value !== 'default' && !this.#of(path).has(value))
        throw new Refusal(4, `${element}: there is no ${path} ${value}`);
    }
    if (element === 'service-group') this.#checkMembers(json);
  }

  /** A member is a port of a server that is there. */
  #checkMembers({ name: group, protocol, 'member-list': members = [] }: Parsed): void {
    for (const { name, port } of members) {
      const ports = this.#of('slb/server').get(name)?.['port-list'] ?? [];
      if (!ports.some((one: Parsed) => one['port-number'] === port && one.protocol === protocol))
        throw new Refusal(5, `service-group ${group}: ${name} has no port ${port} ${protocol}`);
    }
  }

  #mayHave(json: Parsed, { element }: Collection): void {
    for (const name of ['host', 'server-ipv6-addr', 'ip-address', 'ipv6-address']) {
      if (json[name] === undefined) continue;
      for (const one of this.#of(element === 'server' ? 'slb/server' : 'slb/virtual-server').values())
        if (one[name] === json[name]) throw new Refusal(6, `${json[name]} is the address of ${one.name}`);
    }
  }

  #mayGo(gone: Parsed, collection: Collection): void {
    const users = (path: string, name: string) => {
      for (const [of, { refers = {}, parts = {} }] of Object.entries(COLLECTIONS))
        for (const user of this.#of(of).values()) {
          const lists = Object.entries(parts).flatMap(([part, inner]) =>
            (user[`${part}-list`] ?? []).map((one: Parsed) => [one, inner.refers ?? {}]),
          );
          for (const [one, map] of [[user, refers], ...lists])
            for (const [key, to] of Object.entries(map))
              if (to === path && one[key] === name) throw new Refusal(7, `${name} is in use by ${user.name}`);
        }
    };
    const path = Object.keys(COLLECTIONS).find((one) => COLLECTIONS[one] === collection);
    if (path !== undefined) users(path, gone.name);
  }

  /** Unless something would be missed then. */
  #replace(parent: Parsed, list: string, parts: Parsed[], collection: Collection): void {
    const before = parent[list];
    parent[list] = parts;
    try {
      this.#check(parent, collection);
      for (const group of this.#of('slb/service-group').values()) this.#checkMembers(group);
    } catch (error) {
      parent[list] = before;
      throw error;
    }
  }
}

function keyIn(json: Parsed, { keys }: Collection): string {
  return keys.map((key) => String(json[key])).join('+');
}

/** The order of objects and of their parts means nothing. */
function sortedParts(json: Parsed): Parsed {
  const entries = Object.entries<Parsed>(json).map(([name, value]): [string, Parsed] => [
    name,
    Array.isArray(value) ? value.map(sortedParts).sort(byText) : value,
  ]);
  return Object.fromEntries(
    entries
      .filter(([name, value]) => value !== undefined && !(name.endsWith('-list') && value.length === 0))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
