/**
 * What AS3 answers by HTTP, as F5 documents it: "BIG-IP AS3 API Methods Details" and "HTTP Methods" on
 * clouddocs.f5.com, and f5-appsvcs-extension, src/lib (declarationHandler.js, asyncHandler.js, audit.js).
 */
import { isRecord } from '../../../json.ts';
import type {
  DeviceAnswer,
  DeviceClient,
  DeviceDialect,
  DeviceRequest,
} from '../../driving/device/client.ts';
import { DriverError } from '../../driver.ts';
import { SCHEMA_VERSION } from '../declaration.ts';
import type { Tenant } from '../model.ts';

const DECLARE = '/mgmt/shared/appsvcs/declare';
const TASK = '/mgmt/shared/appsvcs/task';
/** Seconds between two looks at a task: the first, and the most. */
const LOOKS = { first: 1, most: 10 };
/** Looks, of 10 s nearly all: AS3 takes minutes over thousands of services. */
const MOST_LOOKS = 360;

export const dialect: DeviceDialect = {
  label: 'AS3',
  // Another declaration is being worked on: queue.js, mutex.js. A task tells it as its result.
  isBusy: (answer) =>
    answer.status === 503 || /configuration operations? (are )?in progress/i.test(textOf(answer)),
  words: (answer) => textOf(answer) || undefined,
};

/** A tenant as declared, and its optimistic lock; null where there is none. */
export async function readTenant(
  client: DeviceClient,
  name: string,
): Promise<{ readonly tenant: Tenant; readonly lock: string | null } | null> {
  const path = `${DECLARE}/${name}?show=base&showHash=true`;
  const answer = await client.patiently(() => ask(client, { method: 'GET', path }));
  if (answer.status === 204) return null;
  // Without AS3, a BIG-IP answers 404 as well.
  if (answer.status === 404 && /not found( in declaration)?$/.test(textOf(answer))) return null;
  if (!answer.ok) throw await client.refusal('unreachable', `tenant ${name} cannot be read`, answer);
  const tenant = isRecord(answer.body) ? answer.body[name] : undefined;
  if (!isTenant(tenant))
    throw await client.refusal('unreachable', `no tenant ${name} is in the answer`, answer);
  const { optimisticLockKey: lock, ...content } = tenant;
  return { tenant: content, lock: typeof lock === 'string' ? lock : null };
}

export interface Posting {
  readonly action: 'deploy' | 'dry-run';
  readonly tenant: string;
  /** Null: it goes. */
  readonly content: Tenant | null;
  readonly lock: string | null;
  readonly signal: AbortSignal;
}

/**
 * Posts the tenant, and waits for what becomes of it.
 *
 * @throws DriverError `refused` where a dry run, or the lock, said no; `failed` where the deployment did
 */
export async function post(client: DeviceClient, posting: Posting): Promise<void> {
  const { action, tenant, signal } = posting;
  const request = {
    method: 'POST',
    path: `${DECLARE}?async=true`,
    body: requestOf(posting),
    signal,
  } as const;
  const answer = await client.patiently(async () => {
    const first = await ask(client, request);
    const id = taskOf(first);
    return first.status === 202 && id !== undefined ? finished(client, id, signal) : first;
  }, signal);
  if (answer.ok && resultsOf(answer).every(isFine)) return;
  const stale = textOf(answer).includes('hash you submitted does not match');
  const kind = action === 'dry-run' || stale ? 'refused' : 'failed';
  throw await client.refusal(kind, `${action} of tenant ${tenant}`, answer);
}

/** A tenant without anything in it is removed. The lock is of use only where AS3 knows the tenant. */
function requestOf({ action, tenant, content, lock }: Posting): object {
  return {
    class: 'AS3',
    action,
    persist: true,
    declaration: {
      class: 'ADC',
      schemaVersion: SCHEMA_VERSION,
      [tenant]: {
        ...(content ?? { class: 'Tenant' }),
        ...(lock !== null && { optimisticLockKey: lock }),
      },
    },
  };
}

async function finished(client: DeviceClient, id: string, signal: AbortSignal): Promise<DeviceAnswer> {
  let seconds = LOOKS.first;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    await client.pause(seconds, signal);
    seconds = Math.min(LOOKS.most, seconds * 2);
    const answer = await ask(client, { method: 'GET', path: `${TASK}/${id}`, signal });
    if (!answer.ok || !resultsOf(answer).some(isUnderWay)) return answer;
  }
  throw new DriverError('failed', `AS3 at ${client.url} still works on task ${id}, and nobody waits longer`);
}

async function ask(client: DeviceClient, request: DeviceRequest): Promise<DeviceAnswer> {
  const { user, password } = await client.credentials();
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return client.ask({ ...request, headers: { authorization } });
}

interface Result {
  readonly code: number | null;
  readonly message: string;
  readonly words: string;
}

/** One for each tenant. */
function resultsOf({ body }: DeviceAnswer): Result[] {
  const list = isRecord(body) && Array.isArray(body.results) ? (body.results as unknown[]) : [];
  return list.filter(isRecord).map((result) => ({
    code: typeof result.code === 'number' ? result.code : null,
    message: stringAt(result, 'message'),
    words: wordsIn(result),
  }));
}

/** Code 0, as long as nothing is known. */
function isUnderWay({ code, message }: Result): boolean {
  return code === 0 && message !== 'task cancelled';
}

function isFine({ code }: Result): boolean {
  return code !== null && code >= 200 && code < 300;
}

function taskOf({ body }: DeviceAnswer): string | undefined {
  const id = isRecord(body) ? body.id : undefined;
  return typeof id === 'string' && /^[0-9A-Za-z-]{1,64}$/.test(id) ? id : undefined;
}

/** The words of all results that say no, or of the answer itself. */
function textOf(answer: DeviceAnswer): string {
  const failed = resultsOf(answer).filter((result) => !isFine(result));
  if (failed.length > 0) return failed.map(({ words }) => words).join('; ');
  return isRecord(answer.body) ? wordsIn(answer.body) : '';
}

function wordsIn(said: Readonly<Record<string, unknown>>): string {
  const errors = Array.isArray(said.errors) ? said.errors.filter((one) => typeof one === 'string') : [];
  const parts = [stringAt(said, 'tenant'), stringAt(said, 'message'), stringAt(said, 'response'), ...errors];
  return parts.filter((part) => part !== '').join(': ');
}

function stringAt(said: Readonly<Record<string, unknown>>, key: string): string {
  const value = said[key];
  return typeof value === 'string' ? value : '';
}

function isTenant(value: unknown): value is Tenant {
  return isRecord(value) && value.class === 'Tenant';
}
