/** Parts of routes' schemas that say how answers look besides their bodies: problems, and header fields. */
import Type from 'typebox';
import { nothing, ProblemSchema } from './schemas.ts';

/** Problems by status, each with when it is answered. */
export function problems<S extends number>(meanings: Readonly<Record<S, string>>) {
  const responses = Object.entries<string>(meanings).map(([status, description]) => [
    status,
    { description, content: { 'application/problem+json': { schema: ProblemSchema } } },
  ]);
  return Object.fromEntries(responses) as Record<S, ProblemResponse>;
}

export interface ProblemResponse {
  description: string;
  content: { 'application/problem+json': { schema: typeof ProblemSchema } };
}

/** An answer of this media type that goes out as it is. */
export function readyMade(type: string, description: string, schema: Type.TSchema = Type.String()) {
  return { description, content: { [type]: { schema: Type.Unsafe<unknown>(schema) } } };
}

/** The same schema, answered with these header fields. */
export function withHeaders<T extends Type.TSchema>(schema: T, headers: Readonly<Record<string, object>>): T {
  return { ...schema, headers };
}

/** Header fields of answers that come with a revision. */
export const ETAG = {
  ETag: { type: 'string', description: 'The revision, in quotes.', examples: ['"a16e611fb4bb9453"'] },
};

/** Header fields of requests that read what they may have already. */
export const ReadConditions = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({ description: 'ETags that the caller has: answered with 304 where one is current.' }),
  ),
});

/** Header fields of requests that change what others may change too. */
export const EditConditions = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description:
        'ETag of the topology that the change goes out from: refused with 412 where it has changed since. ' +
        '* demands that the entity exists.',
    }),
  ),
  'if-none-match': Type.Optional(
    Type.String({ description: '* demands that the entity does not exist: create, never replace.' }),
  ),
});

export const NOT_MODIFIED = withHeaders(nothing('Not changed since the ETag in If-None-Match.'), ETAG);
