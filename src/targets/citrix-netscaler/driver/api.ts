/** Sessions of NITRO, and what its answers say: "NetScaler NITRO API reference", "Error and exception handling". */
import { isRecord } from '../../../json.ts';
import type {
  DeviceAnswer,
  DeviceClient,
  DeviceDialect,
  DeviceRequest,
} from '../../driving/device/client.ts';
import type { Row } from './rows.ts';

/** "Session limit exceeded", "Connection limit to CFE exceeded", "Connection limit per session exceeded". */
const BUSY = [445, 446, 447];
/** "Session expired or killed", "Invalid session", "Session does not exist", "Session expired". */
const EXPIRED = [444, 451, 452, 472];
/** "No such resource". */
const NO_RESOURCE = 258;
/** As that, "No such Vserver", "No such service/serviceGroup". */
const NOT_FOUND = [NO_RESOURCE, 461, 463];

export const dialect: DeviceDialect = {
  label: 'NITRO',
  isBusy: (answer) => answer.status === 503 || BUSY.includes(codeOf(answer.body)),
  words: ({ body }) => wordsOf(body),
};

export interface Request extends Pick<DeviceRequest, 'method' | 'body'> {
  /** Below /nitro/v1/config, with its query. */
  readonly path: string;
}

export interface Session {
  /** All resources of a type. */
  list(type: string, query?: string): Promise<Row[]>;
  /** @throws DriverError `failed` where the device says no */
  change(request: Request): Promise<void>;
}

/** Logs in, and out again whatever happens: an appliance has few sessions. One that expires is begun anew. */
export async function withSession<T>(
  client: DeviceClient,
  { partition, signal }: { readonly partition: string | null; readonly signal?: AbortSignal },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  let cookie = await logIn(client, signal);
  const once = ({ path, ...request }: Request, mayStop = true) => {
    const stop = mayStop && signal ? { signal } : {};
    // Of several resources in one request none is made where one cannot be: "supported for add and bind".
    const headers = { cookie, 'x-nitro-onerror': 'rollback' };
    const asked = { ...request, path: `/nitro/v1/config/${path}`, headers, ...stop };
    return client.patiently(() => client.ask(asked), stop.signal);
  };
  const enter = async () => {
    if (partition === null) return;
    const body = { nspartition: { partitionname: partition } };
    const answer = await once({ method: 'POST', path: 'nspartition?action=Switch', body });
    if (!isDone(answer)) throw await client.refusal('unreachable', `partition ${partition}`, answer);
  };
  const ask = async (request: Request) => {
    const answer = await once(request);
    if (!EXPIRED.includes(codeOf(answer.body))) return answer;
    cookie = await logIn(client, signal);
    await enter();
    return once(request);
  };
  const session: Session = {
    async list(type, query = '') {
      const answer = await ask({ method: 'GET', path: `${type}${query}` });
      if (codeOf(answer.body) === NO_RESOURCE) return [];
      if (isDone(answer) && isRecord(answer.body)) return rowsIn(answer.body[type]);
      throw await client.refusal('unreachable', `${type} cannot be read`, answer);
    },
    async change(request) {
      const answer = await ask(request);
      if (isDone(answer) || (request.method === 'DELETE' && isGone(answer))) return;
      throw await client.refusal('failed', `${request.method} ${request.path}`, answer);
    },
  };
  try {
    await enter();
    return await work(session);
  } finally {
    await once({ method: 'POST', path: 'logout', body: { logout: {} } }, false).catch(() => undefined);
  }
}

/** @returns the cookie that proves it from then on */
async function logIn(client: DeviceClient, signal?: AbortSignal): Promise<string> {
  const { user: username, password } = await client.credentials();
  const body = { login: { username, password } };
  const request = {
    method: 'POST',
    path: '/nitro/v1/config/login',
    body,
    ...(signal && { signal }),
  } as const;
  const answer = await client.patiently(() => client.ask(request), signal);
  const [cookie] =
    /NITRO_AUTH_TOKEN=[\x21-\x2b\x2d-\x3a\x3c-\x7e]+/.exec(answer.header('set-cookie') ?? '') ?? [];
  if (isDone(answer) && cookie !== undefined) return cookie;
  throw await client.refusal('unreachable', 'log in', answer);
}

/** Where several were asked for, 207 (Multi-Status) is success to HTTP, and the body tells what failed. */
function isDone({ ok, body }: DeviceAnswer): boolean {
  return ok && codeOf(body) === 0;
}

function isGone({ status, body }: DeviceAnswer): boolean {
  return status === 404 || NOT_FOUND.includes(codeOf(body));
}

/** One that stands alone comes without a list around it. */
function rowsIn(said: unknown): Row[] {
  const all: readonly unknown[] = Array.isArray(said) ? said : [said];
  return all.filter(isRecord);
}

/** 0 where all is well, and where nothing is said. */
function codeOf(body: unknown): number {
  return isRecord(body) && typeof body.errorcode === 'number' ? body.errorcode : 0;
}

/** Of several requests in one what those say that failed. */
function wordsOf(body: unknown): string | undefined {
  if (!isRecord(body)) return undefined;
  const each = Array.isArray(body.response) ? body.response.filter((one) => codeOf(one) !== 0) : [];
  const said = (each.length > 0 ? each : [body]).flatMap((one: unknown) =>
    isRecord(one) && typeof one.message === 'string' ? [one.message] : [],
  );
  return said.length === 0 ? undefined : [...new Set(said)].join('; ');
}
