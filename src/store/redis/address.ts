/** `--store redis://…` and its kin, read. Pure. */

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** ACL user; null: the default one. */
  readonly user: string | null;
  /** One for `single`; of the sentinels, or some of the cluster's nodes, for the others. */
  readonly hosts: readonly HostPort[];
  /** What the sentinels call the master; null unless `sentinel`. */
  readonly master: string | null;
  /** Number of the database; a cluster has just 0. */
  readonly db: number;
}

/** Valkey speaks the protocol of Redis: its scheme is another spelling. */
const SCHEME = /^(redis|rediss|valkey|valkeys)(?:-(sentinel|cluster))?:\/\//;
const DEFAULT_PORTS = { single: 6379, sentinel: 26379, cluster: 6379 } as const;
/** Redis ships with 16, and can be told to have more. */
const MAX_DB = 65_535;
const MAX_HOSTS = 64;

export const REDIS_FORMS =
  'redis://[USER@]HOST[:PORT][/DB], rediss:// for TLS, ' +
  'redis-sentinel://[USER@]HOST:PORT,HOST:PORT/MASTER[/DB], redis-cluster://[USER@]HOST:PORT,HOST:PORT';

/** Undefined where the specification is for another kind of store. @throws RangeError that says what is wrong */
export function parseRedisAddress(spec: string): RedisAddress | undefined {
  const scheme = SCHEME.exec(spec);
  if (!scheme) return undefined;
  const kind = scheme[2] === 'sentinel' || scheme[2] === 'cluster' ? scheme[2] : 'single';
  const tls = scheme[1] === 'rediss' || scheme[1] === 'valkeys';
  const rest = spec.slice(scheme[0].length);
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? [] : rest.slice(slash + 1).split('/');
  if (/[?#]/.test(spec)) throw new RangeError(`takes no ? or #; write ${REDIS_FORMS}`);
  const at = authority.lastIndexOf('@');
  const hosts = (at < 0 ? authority : authority.slice(at + 1)).split(',');
  if (hosts.length > (kind === 'single' ? 1 : MAX_HOSTS)) throw new RangeError(`has too many hosts`);
  return {
    kind,
    tls,
    user: at < 0 ? null : userOf(authority.slice(0, at)),
    hosts: hosts.map((text) => hostPort(text, DEFAULT_PORTS[kind])),
    master: kind === 'sentinel' ? masterOf(path.shift()) : null,
    db: dbOf(path, kind),
  };
}

/** The address for people, as it would be written. */
export function formatRedisAddress({ kind, tls, user, hosts, master, db }: RedisAddress): string {
  const scheme = `redis${tls ? 's' : ''}${kind === 'single' ? '' : `-${kind}`}`;
  const all = hosts.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
  const path = [...(master === null ? [] : [master]), ...(kind === 'cluster' ? [] : [db])].join('/');
  return `${scheme}://${user === null ? '' : `${encodeURIComponent(user)}@`}${all}${path && `/${path}`}`;
}

/** The password is not repeated in the message: it ends up in logs. */
function userOf(text: string): string | null {
  if (text.includes(':')) {
    throw new RangeError(
      'must not contain a password, which every user of this host could see; ' +
        'set ROOMLB_REDIS_PASSWORD or use --store-password-file',
    );
  }
  try {
    return text === '' ? null : decodeURIComponent(text);
  } catch {
    throw new RangeError('has a user with a broken % escape');
  }
}

function hostPort(text: string, otherwise: number): HostPort {
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = port === undefined ? otherwise : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw new RangeError(`${JSON.stringify(text)} is not HOST or HOST:PORT; write ${REDIS_FORMS}`);
  }
  return { host, port: number };
}

function masterOf(name: string | undefined): string {
  if (name !== undefined && /^[A-Za-z0-9_.-]{1,64}$/.test(name)) return name;
  throw new RangeError(`must name the master that the sentinels watch; write ${REDIS_FORMS}`);
}

function dbOf(path: readonly string[], kind: RedisAddress['kind']): number {
  const [text = '', ...more] = path;
  if (more.length > 0) throw new RangeError(`has too many slashes; write ${REDIS_FORMS}`);
  if (text === '') return 0;
  const db = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (db < 0 || db > MAX_DB) throw new RangeError(`${JSON.stringify(text)} is not the number of a database`);
  if (kind === 'cluster' && db !== 0) throw new RangeError('a cluster has no database but 0; leave it out');
  return db;
}
