/** Sessions of aXAPI v3, as "aXAPI v3 Authentication" tells, and what its answers say. */
import { isRecord } from '../../../json.ts';
import type { DeviceAnswer, DeviceClient, DeviceDialect } from '../../driving/device/client.ts';
import type { ExchangeOptions } from '../../../http/exchange.ts';

/** "ConfigManagerNotReady", system not ready, system busy. */
const BUSY = [1023463424, 1023464192, 1023464193, 4294967295];
/** "Object specified does not exist". */
const NOT_FOUND = [1023460352, 1023475722, 1023475727];

export const dialect: DeviceDialect = {
  label: 'aXAPI',
  isBusy: (answer) => answer.status === 503 || BUSY.includes(errorOf(answer).code),
  words: (answer) => errorOf(answer).message,
};

export interface Session {
  /** Undefined where there is no such object. */
  get(path: string): Promise<unknown>;
  /** @throws DriverError `failed` where the device says no */
  change(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void>;
}

/** Logs in, and out again whatever happens: a device has few sessions. */
export async function withSession<T>(
  client: DeviceClient,
  { partition, signal }: { readonly partition: string | null; readonly signal?: AbortSignal },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const authorization = `A10 ${await logIn(client, signal)}`;
  const ask = (method: ExchangeOptions['method'], path: string, body?: object, mayStop = true) =>
    client.patiently(() =>
      client.ask({
        ...{ method, path: `/axapi/v3/${path}`, headers: { authorization }, ...(body && { body }) },
        ...(mayStop && signal && { signal }),
      }),
    );
  const session: Session = {
    async get(path) {
      const answer = await ask('GET', path);
      if (NOT_FOUND.includes(errorOf(answer).code) || answer.status === 204) return undefined;
      if (answer.ok && isRecord(answer.body)) return answer.body;
      throw await client.refusal('unreachable', `${path} cannot be read`, answer);
    },
    async change(method, path, body) {
      const answer = await ask(method, path, body);
      if (answer.ok) return;
      if (method === 'DELETE' && NOT_FOUND.includes(errorOf(answer).code)) return;
      throw await client.refusal('failed', `${method} ${path}`, answer);
    },
  };
  try {
    if (partition !== null)
      await session.change('POST', `active-partition/${partition}`, {
        'active-partition': { curr_part_name: partition, shared: 'false' },
      });
    return await work(session);
  } finally {
    await ask('POST', 'logoff', undefined, false).catch(() => undefined);
  }
}

async function logIn(client: DeviceClient, signal?: AbortSignal): Promise<string> {
  const { user, password } = await client.credentials();
  const body = { credentials: { username: user, password } };
  const request = { method: 'POST', path: '/axapi/v3/auth', body, ...(signal && { signal }) } as const;
  const answer = await client.patiently(() => client.ask(request), signal);
  const said = isRecord(answer.body) ? answer.body.authresponse : undefined;
  const signature = isRecord(said) ? said.signature : undefined;
  if (answer.ok && typeof signature === 'string' && /^[\x21-\x7e]+$/.test(signature)) return signature;
  throw await client.refusal('unreachable', 'log in', answer);
}

interface Said {
  readonly code: number;
  readonly message: string | undefined;
}

/** `{"response": {"status": "fail", "err": …}}`, and for sessions `{"authorizationschema": …}`. */
function errorOf({ body }: DeviceAnswer): Said {
  const response = isRecord(body) ? body.response : undefined;
  const err = isRecord(response) ? response.err : undefined;
  const schema = isRecord(body) ? body.authorizationschema : undefined;
  const { code, msg } = isRecord(err) ? err : { code: 0, msg: isRecord(schema) ? schema.error : undefined };
  return {
    code: typeof code === 'number' ? code : 0,
    message: typeof msg === 'string' ? msg : undefined,
  };
}
