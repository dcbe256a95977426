/** Problem details (RFC 9457) of dispatchers. */
import { isRecord } from '../../json.ts';

export const ELSEWHERE = 'Is endpoint (or ROOMLB_ENDPOINT) right?';
export const OLD_OR_ELSEWHERE =
  'Does endpoint (or ROOMLB_ENDPOINT) end before /v1? If so, the dispatcher is older than the provider.';

export interface Fault {
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** `would-empty-pool`: the last part of its type. */
export function problemKind(body: unknown): string | undefined {
  const type = isRecord(body) ? body.type : undefined;
  return typeof type === 'string' ? /^urn:roomlb:problem:(.+)$/.exec(type)?.[1] : undefined;
}

export function problemDetail(body: unknown): string {
  return isRecord(body) && typeof body.detail === 'string' ? body.detail : '';
}

export function faultsOf(body: unknown): Fault[] {
  const faults = isRecord(body) ? body.faults : undefined;
  if (!Array.isArray(faults)) return [];
  return faults.filter(isRecord).map(({ path, message, hint }) => ({
    path: typeof path === 'string' ? path : '',
    message: String(message),
    hint: typeof hint === 'string' ? hint : '',
  }));
}
