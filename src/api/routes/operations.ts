import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { topologyJsonSchema } from '../../topology/schema.ts';
import { Problem } from '../problem.ts';
import { problems } from '../responses.ts';

const tags = ['operations'];
const Status = Type.Object({ status: Type.String() });

export const operationRoutes: FastifyPluginAsyncTypebox<{ ready: () => Promise<void> }> = (
  app,
  { ready },
) => {
  app.get(
    '/healthz',
    { schema: { tags, summary: 'The process answers', response: { 200: Status } } },
    () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        tags,
        summary: 'The process can hand out rooms',
        response: { 200: Status, ...problems({ 503: 'The store cannot be used.' }) },
      },
    },
    async () => {
      try {
        await ready();
      } catch (cause) {
        throw new Problem(503, 'not-ready', `the store cannot be used: ${String(cause)}`);
      }
      return { status: 'ready' };
    },
  );

  app.get('/', { schema: { hide: true } }, () => ({
    name: 'roomlb',
    docs: '/docs',
    openapi: '/openapi.json',
    topologySchema: '/schema/topology.json',
    metrics: '/metrics',
    health: ['/healthz', '/readyz'],
  }));

  const schema = JSON.stringify(topologyJsonSchema());
  app.get(
    '/schema/topology.json',
    { schema: { tags, summary: 'JSON Schema of topology files, for editors' } },
    (_, reply) => reply.type('application/schema+json').send(schema),
  );
  return Promise.resolve();
};
