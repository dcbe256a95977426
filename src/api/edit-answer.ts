/** How an edit of the topology is answered, whichever route made it. */
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { EditResult } from '../dispatcher/topology-editor.ts';
import { Problem } from './problem.ts';
import { ProblemSchema } from './schemas.ts';

export const EntityParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 63 }) });

export const EDIT_PROBLEMS = {
  400: ProblemSchema,
  404: ProblemSchema,
  409: ProblemSchema,
  412: ProblemSchema,
  422: ProblemSchema,
};

/** @param find the entity as it is after the edit */
export function answerEdit(
  reply: FastifyReply,
  outcome: EditResult,
  word: string,
  id: string,
  find: () => object | undefined,
): FastifyReply {
  switch (outcome.result) {
    case 'missing':
      throw noSuchEntity(word, id);
    case 'stale':
      throw new Problem(
        412,
        'stale-revision',
        `the topology is at revision ${outcome.revision} by now; read it again`,
        { revision: outcome.revision },
      );
    case 'conflict':
      throw new Problem(409, 'concurrent-change', 'somebody else changed the topology meanwhile; try again');
    case 'invalid':
      throw new Problem(422, 'invalid-topology', outcome.faults[0]?.message ?? 'the change is not valid', {
        faults: outcome.faults.map(({ path, message, hint }) => ({ path, message, hint })),
      });
    case 'deleted':
      return reply.code(204).send();
    case 'created':
    case 'changed':
      return reply
        .code(outcome.result === 'created' ? 201 : 200)
        .header('etag', `"${outcome.revision}"`)
        .send(find());
  }
}

export function noSuchEntity(word: string, id: string): Problem {
  return new Problem(404, 'no-such-entity', `the topology has no ${word} ${JSON.stringify(id)}`);
}
