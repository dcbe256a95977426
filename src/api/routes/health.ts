/** What is known of the health of nodes, and of the ways to them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { HealthReader } from '../../service/health-reader.ts';
import { EntityParams, noSuchEntity } from '../edit-answer.ts';
import * as health from '../health-schemas.ts';
import { problems } from '../responses.ts';

const tags = ['health'];

export const healthRoutes: FastifyPluginAsyncTypebox<{ health: HealthReader }> = (
  app,
  { health: reader },
) => {
  app.get(
    '/v1/health',
    {
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
  return Promise.resolve();
};
