/** Conditional requests (RFC 9110 §13): entity tags are revisions in quotes, always strong ones. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Precondition } from '../dispatcher/topology-editor.ts';
import { Problem } from './problem.ts';

/** RFC 9110 §8.8.3: an opaque tag is any visible characters but quotes, commas among them. */
const TAG = /^[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(?:,|$)/;

interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

export function etag(revision: string): string {
  return `"${revision}"`;
}

/**
 * Sets the ETag, and tells whether the caller has this revision already (RFC 9110 §13.1.2): then the answer
 * is 304, without a body.
 */
export function notModified(request: FastifyRequest, reply: FastifyReply, revision: string): boolean {
  reply.header('etag', etag(revision)).header('cache-control', 'no-cache');
  const field = request.headers['if-none-match'];
  return field !== undefined && namesWeakly(parse('If-None-Match', field), revision);
}

/**
 * What the request's `If-Match` and `If-None-Match` demand of an edit: it throws a 412 where they do not
 * hold. Undefined where the request has neither.
 *
 * @throws Problem 400 where one of them is no list of tags: to take it as absent could overwrite what it
 *   was meant to protect
 */
export function preconditionOf({ headers }: FastifyRequest): Precondition | undefined {
  const match = optional('If-Match', headers['if-match']);
  const noneMatch = optional('If-None-Match', headers['if-none-match']);
  if (match === undefined && noneMatch === undefined) return undefined;
  return ({ exists, revision }) => {
    if (match !== undefined) {
      if (!exists)
        throw new Problem(412, 'no-such-entity', 'If-Match asks for what does not exist (any more)');
      if (!namesStrongly(match, revision)) {
        const detail = `the topology is at revision ${revision} by now; read it again`;
        throw new Problem(412, 'stale-revision', detail, { revision });
      }
    }
    if (noneMatch !== undefined && exists && namesWeakly(noneMatch, revision))
      throw new Problem(412, 'already-exists', 'If-None-Match asks for what exists already', { revision });
  };
}

type Tags = '*' | readonly EntityTag[];

function optional(name: string, field: string | undefined): Tags | undefined {
  return field === undefined ? undefined : parse(name, field);
}

/** §13.1.1: for If-Match a weak tag never counts, not even as equal to itself. */
function namesStrongly(tags: Tags, revision: string): boolean {
  return tags === '*' || tags.some(({ weak, opaque }) => !weak && opaque === revision);
}

/** §13.1.2. */
function namesWeakly(tags: Tags, revision: string): boolean {
  return tags === '*' || tags.some(({ opaque }) => opaque === revision);
}

/** `*`, or tags with commas between them; empty elements of a list count for nothing (§5.6.1.2). */
function parse(name: string, field: string): Tags {
  if (field.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  for (let rest = field; rest !== '';) {
    const match = TAG.exec(rest);
    if (!match) {
      throw new Problem(
        400,
        'invalid-request',
        `${name} must be * or entity tags in quotes, such as "a16e611fb4bb9453", found ${field.slice(0, 100)}`,
      );
    }
    const [all, weak, opaque] = match;
    if (opaque !== undefined) tags.push({ weak: weak !== undefined, opaque });
    rest = rest.slice(all.length);
  }
  return tags;
}
