import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { SCOPE_MEANINGS, SCOPES } from '../auth/scope.ts';
import { VERSION } from '../version.ts';
import { problems } from './responses.ts';

/** Path of the pages for people. */
export const DOCS = '/docs';

/** OpenAPI 3.1, made from the routes' own schemas: at /openapi.json, and for people at /docs. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'RoomLB',
        version: VERSION,
        description:
          'Where rooms live, and the L4 configuration that follows from it. Every answer has an `x-request-id`: the one of ' +
          'the request, if it is 1 to 128 of A-Z a-z 0-9 . _ ~ : + / = -, else a new one. Logs name it, too.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'Needed where the dispatcher authenticates its callers. The scope that a token must have is named at ' +
              'each route: ' +
              SCOPES.map((scope) => `${scope} (${SCOPE_MEANINGS[scope]})`).join('; '),
          },
        },
      },
      tags: [
        { name: 'rooms', description: 'Claim, look up and release places.' },
        { name: 'placement', description: 'Preview and explain, without changing anything.' },
        { name: 'topology', description: 'Nodes, VIPs, policies, pins and maintenance windows.' },
        { name: 'health', description: 'What is known of nodes, and of the ways to them.' },
        { name: 'media nodes', description: 'For the nodes themselves.' },
        { name: 'events', description: 'What happens, as it happens; /asyncapi.json describes each.' },
        { name: 'configuration', description: 'Intent, targets, rendered configuration.' },
        { name: 'operations', description: 'Probes and metrics.' },
      ],
    },
    transformObject: (made) => {
      if (!('openapiObject' in made)) throw new TypeError('the document is no OpenAPI');
      for (const item of Object.values(made.openapiObject.paths ?? {}))
        for (const operation of Object.values(item as PathItem)) complete(operation);
      return made.openapiObject;
    },
  });
  // In a frame of another page, people would press buttons here that they do not see.
  await app.register(swaggerUi, { routePrefix: DOCS, staticCSP: "frame-ancestors 'none'" });
  app.get('/openapi.json', { config: { scope: 'docs' }, schema: { hide: true } }, () => app.swagger());
}

/** Of OpenAPI, what `complete` looks at. */
type PathItem = Readonly<Record<string, Operation>>;
interface Operation {
  requestBody?: { required: boolean; content: Record<string, { schema: { type?: unknown } }> };
  responses: Record<string, unknown> & { default?: unknown };
}

const ANY_OTHER = problems({
  500: 'Any other error: a request that is malformed, too large or from a foreign web page among them.',
})[500];

/** What the schemas of routes cannot say: that a body may be left out, and what every route may answer. */
function complete(operation: Operation): void {
  operation.responses.default = ANY_OTHER;
  const { requestBody } = operation;
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    if (!requestBody || !Array.isArray(schema.type) || !schema.type.includes('null')) continue;
    requestBody.required = false;
    schema.type = 'object';
  }
}
