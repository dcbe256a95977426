import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { VERSION } from '../version.ts';

/** OpenAPI 3.1, made from the routes' own schemas: at /openapi.json, and for people at /docs. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'RoomLB',
        version: VERSION,
        description: 'Where rooms live, and the L4 configuration that follows from it.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'rooms', description: 'Claim, look up and release places.' },
        { name: 'placement', description: 'Preview and explain, without changing anything.' },
        { name: 'topology', description: 'Nodes and VIPs.' },
        { name: 'health', description: 'What is known of nodes, and of the ways to them.' },
        { name: 'configuration', description: 'Intent, targets, rendered configuration.' },
        { name: 'operations', description: 'Probes and metrics.' },
      ],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
