/** Reading and editing one part of the topology: the same routes for nodes, VIPs, pins, windows and policies. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { EditedPart } from '../../dispatcher/edited-part.ts';
import type { Guard, TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { notModified, preconditionOf } from '../conditional.ts';
import { answerEdit, noSuchEntity, sendDocument } from '../edit-answer.ts';
import type { GuardQuery } from '../edit-guards.ts';
import {
  EditConditions,
  ETAG,
  NOT_MODIFIED,
  problems,
  ReadConditions,
  withHeaders,
  type ProblemResponse,
} from '../responses.ts';
import { nothing } from '../schemas.ts';
import { acceptMergePatch, MERGE_PATCH } from '../validation.ts';

type Params = Readonly<Record<string, string>>;

export interface PartResource {
  /** As routes of Fastify are written. */
  readonly url: string;
  readonly params: Type.TSchema;
  readonly part: (params: Params) => EditedPart;
  /** What one of them is, in a sentence. */
  readonly word: string;
  /** Which one of them it is; undefined where there is only one. */
  readonly nameOf: (params: Params) => string | undefined;
  /** As the topology's document has it. */
  readonly schema: Type.TSchema;
  /** What edits may be refused with. */
  readonly problems: Readonly<Record<number, ProblemResponse>>;
  /** What may be demanded of edits in the query, and what stands in their way then. */
  readonly guard?: PartGuard;
  /** Whether it is there only once somebody has made it; else it can but be put back to its defaults. */
  readonly removable: boolean;
}

export interface PartGuard {
  /** What to say of it at each route. */
  readonly description: string;
  /** Of PUT and PATCH. */
  readonly edit: Type.TSchema;
  readonly removal: Type.TSchema;
  readonly of: (params: Params, query: GuardQuery) => Guard;
  /** What is removed. */
  readonly removed: (params: Params, query: GuardQuery) => EditedPart;
}

export function editedPartRoutes(
  resource: PartResource,
): FastifyPluginAsyncTypebox<{ readonly editor: TopologyEditor }> {
  const { url, word, nameOf, part, removable, guard } = resource;
  const params = Type.Unsafe<Params>(resource.params);
  const written = { 200: withHeaders(resource.schema, ETAG), ...resource.problems };
  const editQuery = Type.Unsafe<GuardQuery>(guard?.edit ?? NO_QUERY);
  const removalQuery = Type.Unsafe<GuardQuery>(guard?.removal ?? NO_QUERY);
  const rule = guard ? ` ${guard.description}` : '';
  const termsOf = (request: FastifyRequest<{ Params: Params; Querystring: GuardQuery }>) => ({
    precondition: preconditionOf(request),
    guard: guard?.of(request.params, request.query),
  });
  const one = removable ? `a ${word}` : `the ${word}`;

  return (app, { editor }) => {
    acceptMergePatch(app);

    app.get(
      url,
      {
        config: { scope: 'read' },
        schema: {
          tags,
          summary: removable ? `One ${word}` : `The ${word}, with its defaults`,
          params,
          headers: ReadConditions,
          response: {
            200: withHeaders(resource.schema, ETAG),
            304: NOT_MODIFIED,
            ...(removable && problems({ 404: `The topology has no such ${word}.` })),
          },
        },
      },
      (request, reply) => {
        const found = editor.find(part(request.params));
        if (!found) throw noSuchEntity(word, nameOf(request.params));
        if (notModified(request, reply, editor.revision)) return reply.code(304).send();
        return sendDocument(reply, found);
      },
    );

    app.put(
      url,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: removable ? `Create or replace ${one}` : `Replace ${one}`,
          description: `What is left out has its default. The whole topology is checked as a file would be: nothing is half-applied.${rule}`,
          params,
          querystring: editQuery,
          headers: EditConditions,
          body: Body,
          response: { ...written, ...(removable && { 201: withHeaders(resource.schema, ETAG) }) },
        },
      },
      async (request, reply) => {
        const result = await editor.put(part(request.params), request.body, termsOf(request));
        return answerEdit(reply, result, word, nameOf(request.params));
      },
    );

    app.patch(
      url,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: `Change ${one}`,
          description: `JSON Merge Patch (RFC 7396): null puts a member back to its default.${rule}`,
          consumes: [MERGE_PATCH, 'application/json'],
          params,
          querystring: editQuery,
          headers: EditConditions,
          body: Body,
          response: written,
        },
      },
      async (request, reply) => {
        const result = await editor.patch(part(request.params), request.body, termsOf(request));
        return answerEdit(reply, result, word, nameOf(request.params));
      },
    );

    app.delete(
      url,
      {
        config: { scope: 'topology:write' },
        schema: {
          tags,
          summary: removable ? `Remove ${one}` : `Put ${one} back to its defaults`,
          ...(guard && { description: guard.description }),
          params,
          querystring: removalQuery,
          headers: EditConditions,
          response: {
            204: nothing(removable ? 'Removed.' : 'All of it has its defaults.'),
            ...resource.problems,
          },
        },
      },
      async (request, reply) => {
        const removed = guard?.removed(request.params, request.query) ?? part(request.params);
        const result = await editor.remove(removed, termsOf(request));
        return answerEdit(reply, result, word, nameOf(request.params));
      },
    );
    return Promise.resolve();
  };
}

const tags = ['topology'];
const NO_QUERY = Type.Object({});
const Body = Type.Unsafe<object>({ type: 'object', additionalProperties: true });
