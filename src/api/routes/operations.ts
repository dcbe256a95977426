import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import { topologyJsonSchema } from '../../topology/schema.ts';
import { VERSION } from '../../version.ts';
import { Problem } from '../problem.ts';
import { problems, readyMade } from '../responses.ts';
import { AnyObject, VersionAnswer, words } from '../schemas.ts';

const tags = ['operations'];
const Status = Type.Object({ status: Type.String() });

interface Options {
  readonly ready: () => Promise<string | undefined>;
  readonly dispatcher: Dispatcher;
}

export const operationRoutes: FastifyPluginAsyncTypebox<Options> = (app, { ready, dispatcher }) => {
  app.get(
    '/healthz',
    {
      config: { scope: 'public' },
      schema: { tags, summary: 'The process answers', response: { 200: Status } },
    },
    () => ({ status: 'ok' }),
  );

  app.get(
    '/readyz',
    {
      config: { scope: 'public' },
      schema: {
        tags,
        summary: 'The process can hand out rooms',
        description:
          'Also while a store that replicas share does not answer: then `status` is `degraded`, and `why` says why. ' +
          'Whether the process answers at all is /healthz.',
        response: {
          200: Type.Object({ status: words(['ready', 'degraded']), why: Type.Optional(Type.String()) }),
          ...problems({ 503: 'The store cannot be used.' }),
        },
      },
    },
    async () => {
      try {
        const why = await ready();
        return why === undefined ? { status: 'ready' as const } : { status: 'degraded' as const, why };
      } catch (cause) {
        throw new Problem(503, 'not-ready', `the store cannot be used: ${String(cause)}`);
      }
    },
  );

  app.get(
    '/v1/version',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Which dispatcher this is',
        description:
          'Members may be added; those that are here stay, and mean the same, as long as `api` is v1.',
        response: { 200: VersionAnswer },
      },
    },
    () => ({
      name: 'roomlb' as const,
      version: VERSION,
      api: 'v1' as const,
      cluster: dispatcher.declared.cluster,
    }),
  );

  app.get('/', { config: { scope: 'public' }, schema: { hide: true } }, () => ({
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
    {
      config: { scope: 'docs' },
      schema: {
        tags,
        summary: 'JSON Schema of topology files, for editors',
        response: { 200: readyMade('application/schema+json', 'Draft 7.', AnyObject) },
      },
    },
    (_, reply) => reply.type('application/schema+json').send(schema),
  );
  return Promise.resolve();
};
