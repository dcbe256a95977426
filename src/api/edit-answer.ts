/** How an edit of the topology is answered, whichever route made it. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { EditResult } from '../dispatcher/topology-editor.ts';
import { etag } from './conditional.ts';
import { Problem } from './problem.ts';
import { problems } from './responses.ts';

export const EntityParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 63 }) });

export const EDIT_PROBLEMS = problems({
  400: 'The request is not valid.',
  404: 'The topology has no such entity.',
  409: 'Somebody else changed the topology meanwhile; `revision` is the current one.',
  412: 'If-Match or If-None-Match does not hold; `revision` is the current one.',
  422: 'The topology would not be valid; `faults` says where and why.',
  503: 'The store that replicas share does not answer: the topology stays as it is until it does.',
});

export function answerEdit(reply: FastifyReply, outcome: EditResult, word: string, id: string): FastifyReply {
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
      reply.request.change = { before: outcome.before, after: null };
      return reply.code(204).send();
    case 'created':
    case 'changed':
      reply.request.change = { before: outcome.before, after: outcome.entity };
      return reply
        .code(outcome.result === 'created' ? 201 : 200)
        .header('etag', etag(outcome.revision))
        .send(outcome.entity);
  }
}

export function noSuchEntity(word: string, id: string): Problem {
  return new Problem(404, 'no-such-entity', `the topology has no ${word} ${JSON.stringify(id)}`);
}
