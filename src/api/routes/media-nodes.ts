/** Where media nodes register and report; `src/media-node/protocol.ts` says what they say. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { CLOSE, readRegistration, Registration, RegistrationAnswer } from '../../media-node/protocol.ts';
import { NodeLink } from '../../nodes/node-link.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import { EntityParams } from '../edit-answer.ts';
import { Problem } from '../problem.ts';
import { asProblem } from '../registration-problem.ts';
import { problems } from '../responses.ts';
import { watchStanding } from '../standing.ts';

/** Open connections of one node at once: an old one, a new one, and one that a proxy left behind. */
const MAX_CONNECTIONS = 3;

const tags = ['media nodes'];

export interface MediaNodeRoutesOptions {
  readonly registry: NodeRegistry;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const mediaNodeRoutes: FastifyPluginAsyncTypebox<MediaNodeRoutesOptions> = (
  app,
  { registry, now },
) => {
  const connections = new Map<string, number>();

  app.put(
    '/v1/nodes/:id/registration',
    {
      config: { scope: 'nodes:report' },
      schema: {
        tags,
        summary: 'A media node says that it is there, and is told its share of the topology',
        description:
          'Repeated before every connection to the WebSocket `/v1/nodes/{id}/heartbeat`, on which the node then ' +
          'reports its rooms, participants and workers.',
        params: EntityParams,
        body: Registration,
        response: {
          200: RegistrationAnswer,
          ...problems({
            400: 'It is no registration that this dispatcher understands.',
            404: 'The topology has no such node.',
            409: 'Another process of that name is connected, or the node has become another one meanwhile.',
            422: 'The topology has no media for this node, or it is of another kind.',
          }),
        },
      },
    },
    (request) => asProblem(() => registry.register(request.params.id, readRegistration(request.body))),
  );

  app.route({
    method: 'GET',
    url: '/v1/nodes/:id/heartbeat',
    config: { scope: 'nodes:report' },
    schema: { hide: true, params: EntityParams },
    preValidation: (request, _, done) => {
      const { id } = request.params;
      asProblem(() => registry.admit(id));
      if ((connections.get(id) ?? 0) >= MAX_CONNECTIONS) {
        throw new Problem(
          429,
          'too-many-connections',
          `node ${id} has ${MAX_CONNECTIONS} connections already`,
        );
      }
      done();
    },
    handler: (_, reply) => {
      reply.header('upgrade', 'websocket');
      throw new Problem(426, 'upgrade-required', 'this is a WebSocket for media nodes; see /docs');
    },
    wsHandler: (socket: WebSocket, request: FastifyRequest) => {
      const { id: node } = request.params as { id: string };
      connections.set(node, (connections.get(node) ?? 0) + 1);
      socket.on('close', () => {
        const left = (connections.get(node) ?? 1) - 1;
        if (left > 0) connections.set(node, left);
        else connections.delete(node);
      });
      const link = new NodeLink({ node, socket, registry, now });
      const unwatch = watchStanding(request, (why) => link.close(CLOSE.unauthorized, why));
      socket.on('close', unwatch);
    },
  });

  return Promise.resolve();
};
