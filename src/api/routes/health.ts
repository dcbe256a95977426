/** What is known of the health of nodes, and of the ways to them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { HealthReader } from '../../service/health-reader.ts';
import type { NodeProber } from '../../service/node-prober.ts';
import { EntityParams, noSuchEntity } from '../edit-answer.ts';
import * as health from '../health-schemas.ts';
import { Problem } from '../problem.ts';
import { problems } from '../responses.ts';

const tags = ['health'];

export interface HealthRouteOptions {
  readonly health: HealthReader;
  readonly prober: NodeProber;
}

export const healthRoutes: FastifyPluginAsyncTypebox<HealthRouteOptions> = (
  app,
  { health: reader, prober },
) => {
  app.get(
    '/v1/health',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Health of all nodes, and of the ways to them through their VIPs',
        response: { 200: health.Health },
      },
    },
    () => reader.report(),
  );

  app.get(
    '/v1/nodes/:id/health',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Health of one node, with its history',
        params: EntityParams,
        response: { 200: health.NodeHealth, ...problems({ 404: 'The topology has no such node.' }) },
      },
    },
    (request) => {
      const { id } = request.params;
      const node = reader.node(id);
      if (!node) throw noSuchEntity('node', id);
      return node;
    },
  );

  app.post(
    '/v1/nodes/:id/probe',
    {
      config: { scope: 'nodes:write' },
      schema: {
        tags,
        summary: 'Probe a node now, by every check that is planned for it; its health state is not touched',
        params: EntityParams,
        response: {
          200: health.NodeProbe,
          ...problems({
            404: 'The topology has no such node.',
            409: 'This dispatcher sends no probes.',
            429: 'Too many nodes are being probed by request.',
          }),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const answer = await prober.probe(id);
      switch (answer.result) {
        case 'probed':
          return answer.report;
        case 'no-such-node':
          throw noSuchEntity('node', id);
        case 'off':
          throw new Problem(409, 'probes-off', `this dispatcher sends no probes (${answer.why})`);
        case 'busy':
          throw new Problem(429, 'too-many-probes', 'other nodes are being probed by request; try again');
      }
    },
  );
  return Promise.resolve();
};
