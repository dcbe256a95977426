/** Changing one document of the dispatcher's, and nothing that somebody else changed meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pauseAfter } from '../../back-off.ts';
import { isRecord } from '../../json.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { DispatcherApi } from './dispatcher-api.ts';
import { ELSEWHERE, OLD_OR_ELSEWHERE, problemKind } from './problem.ts';

export type Document = Readonly<Record<string, unknown>>;

export interface Found {
  readonly document: Document;
  /** Entity tag, of the whole topology. */
  readonly tag: string | null;
}

/** What shall be there: a document, nothing, or (undefined) what is there already. */
export type Decision = Document | null | undefined;

/** @throws DiagnosticError where what was found is not what may be changed */
export type Decide = (found: Document | undefined) => Decision;

/** How often somebody else may have been faster. */
const ATTEMPTS = 10;
/** Seconds. */
const PAUSE = { first: 0.05, most: 2 };

/** Undefined where there is none. @throws DiagnosticError */
export async function find(
  api: DispatcherApi,
  path: string,
  stopped?: AbortSignal,
): Promise<Found | undefined> {
  const answer = await api.request({
    method: 'GET',
    path,
    fine: [404],
    ...(stopped && { stopped }),
  });
  if (answer.status === 404) {
    const kind = problemKind(answer.body);
    if (kind === 'no-such-entity') return undefined;
    if (kind === 'no-such-route')
      throw failure('The dispatcher is too old', `${answer.problem}\n${OLD_OR_ELSEWHERE}`);
    // A proxy or a web server says so of everything, and all would be planned anew.
    throw failure(
      'That is no dispatcher',
      `GET ${path} was answered by 404, and not as a dispatcher does. ${ELSEWHERE}`,
    );
  }
  if (!isRecord(answer.body))
    throw failure('That is no dispatcher', `GET ${path} was answered, but not by an object. ${ELSEWHERE}`);
  return { document: answer.body, tag: answer.header('etag') };
}

export interface Edit {
  readonly path: string;
  /** Whether there is most likely none yet: then it is not looked for first. */
  readonly isNew?: boolean;
  /** Of the write. */
  readonly query?: string;
  readonly decide: Decide;
  /** Says what a refusal means. Its error is thrown. */
  readonly refused?: (status: number, body: unknown) => Promise<Error | undefined>;
}

/**
 * Looks at what is there, decides, and writes only if nothing became another meanwhile; if so, looks again.
 *
 * @returns the document as it is then; undefined where there is none
 * @throws DiagnosticError
 */
export function edit(
  api: DispatcherApi,
  { path, isNew = false, query = '', decide, refused }: Edit,
): Promise<Document | undefined> {
  return api.inTurn(async () => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = isNew && attempt === 1 ? undefined : await find(api, path);
      const wanted = decide(found?.document);
      if (wanted === undefined || (wanted === null && !found)) return found?.document;
      const answer = await api.request({
        method: wanted === null ? 'DELETE' : 'PUT',
        path: `${path}${query}`,
        ...(wanted && { body: wanted }),
        headers: found ? { 'if-match': found.tag ?? '*' } : { 'if-none-match': '*' },
        fine: [404, 409, 412, 422],
      });
      if (answer.ok) return isRecord(answer.body) ? answer.body : undefined;
      const raced =
        answer.status === 412 || answer.status === 404 || problemKind(answer.body) === 'concurrent-change';
      if (!raced) {
        const told = await refused?.(answer.status, answer.body);
        throw told ?? failure('The dispatcher refuses', `${path}: ${answer.status} ${answer.problem}`);
      }
      await sleep(pauseAfter(attempt, PAUSE) * 1000);
    }
    throw failure(
      'Others change the topology all the time',
      `${path} could not be written: each of ${ATTEMPTS} times something else had been faster. Apply again.`,
    );
  });
}
