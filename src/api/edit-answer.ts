/** How an edit of the topology is answered, whichever route made it. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { PartDocument } from '../dispatcher/edited-part.ts';
import type { EditResult } from '../dispatcher/topology-editor.ts';
import { etag } from './conditional.ts';
import { Problem } from './problem.ts';
import { problems } from './responses.ts';

export const EntityParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 63 }) });

/** Of edits of what is always there. */
export const SECTION_EDIT_PROBLEMS = problems({
  400: 'The request is not valid.',
  409: 'Somebody else changed the topology meanwhile; `revision` is the current one.',
  412: 'If-Match or If-None-Match does not hold; `revision` is the current one.',
  422: 'The topology would not be valid; `faults` says where and why.',
  503: 'The store that replicas share does not answer: the topology stays as it is until it does.',
});

export const EDIT_PROBLEMS = {
  ...SECTION_EDIT_PROBLEMS,
  ...problems({ 404: 'The topology has no such entity.' }),
};

/** @throws Problem unless the edit was made */
export function answerEdit(
  reply: FastifyReply,
  outcome: EditResult,
  word: string,
  id?: string,
): FastifyReply {
  switch (outcome.result) {
    case 'missing':
      throw noSuchEntity(word, id);
    case 'conflict':
      throw new Problem(
        409,
        'concurrent-change',
        `somebody else changed the topology meanwhile; it is at revision ${outcome.revision} now: look, and try again`,
        { revision: outcome.revision },
      );
    case 'invalid':
      throw new Problem(422, 'invalid-topology', outcome.faults[0]?.message ?? 'the change is not valid', {
        faults: outcome.faults.map(({ path, message, hint }) => ({ path, message, hint })),
      });
    case 'deleted':
      reply.request.change = { before: outcome.before, after: outcome.after };
      return reply.code(204).send();
    case 'created':
    case 'changed':
      reply.request.change = { before: outcome.before, after: outcome.after };
      reply.code(outcome.result === 'created' ? 201 : 200).header('etag', etag(outcome.revision));
      return sendDocument(reply, outcome.after);
  }
}

/** A part of the topology exactly as the whole has it: a serializer made from its schema would add defaults. */
export function sendDocument(reply: FastifyReply, part: PartDocument): FastifyReply {
  return reply.type('application/json').send(JSON.stringify(part));
}

/** @param id where there can be several */
export function noSuchEntity(word: string, id?: string): Problem {
  const which = id === undefined ? word : `${word} ${JSON.stringify(id)}`;
  return new Problem(404, 'no-such-entity', `the topology has no ${which}`);
}
