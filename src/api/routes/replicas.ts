import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Membership } from '../../replicas/membership.ts';
import { list } from '../schemas.ts';

const Replica = Type.Object({
  id: Type.String(),
  host: Type.String(),
  pid: Type.Integer(),
  started: Type.Number({ description: 'Milliseconds since the epoch.' }),
});

export const replicaRoutes: FastifyPluginAsyncTypebox<{ replicas: Membership | undefined }> = (
  app,
  { replicas },
) => {
  app.get(
    '/v1/replicas',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['operations'],
        summary: 'The dispatchers that share the store',
        description:
          'Those that are alive, as far as this one knows: one that was killed goes within 4 seconds. `self` is the ' +
          'one that answers; null, and no replicas, where the store is its own.',
        response: {
          200: Type.Object({ self: Type.Union([Type.String(), Type.Null()]), replicas: list(Replica) }),
        },
      },
    },
    () => ({ self: replicas?.self ?? null, replicas: [...(replicas?.alive ?? [])] }),
  );
  return Promise.resolve();
};
