/** How nodes get credentials of their own, and renew them. Nothing of it is kept. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Granted, NodeCredentials } from '../../auth/node-credentials.ts';
import { CredentialAnswer } from '../../media-node/protocol.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import { EntityParams } from '../edit-answer.ts';
import { Problem } from '../problem.ts';
import { asProblem } from '../registration-problem.ts';
import { problems } from '../responses.ts';
import { EnrolmentAnswer } from '../schemas.ts';

const tags = ['media nodes'];
const PROBLEMS = problems({
  404: 'The topology has no such node.',
  409: 'This dispatcher has no key for credentials of nodes (serve --node-key).',
  422: 'The topology has no media for this node, or it is of another kind.',
});

export interface EnrolmentRoutesOptions {
  readonly registry: NodeRegistry;
  /** Where left out, no node can be enrolled. */
  readonly credentials?: NodeCredentials | undefined;
}

export const enrolmentRoutes: FastifyPluginAsyncTypebox<EnrolmentRoutesOptions> = (
  app,
  { registry, credentials },
) => {
  const grant = (kind: 'enrolment' | 'credential', node: string): Promise<Granted> => {
    if (!credentials) {
      const detail =
        'this dispatcher has no key for credentials of nodes; start it with --node-key (see roomlb token key --help)';
      throw new Problem(409, 'no-node-key', detail);
    }
    asProblem(() => registry.admit(node));
    return credentials.grant(kind, node);
  };

  app.post(
    '/v1/nodes/:id/enrolment',
    {
      config: { scope: 'nodes:write' },
      schema: {
        tags,
        summary: 'Make a secret by which a node enrols itself',
        description:
          'Short-lived, and for this node alone, which shows it as its bearer token to `POST /v1/nodes/{id}/credentials`.',
        params: EntityParams,
        response: { 201: EnrolmentAnswer, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { id: node } = request.params;
      const { secret, expires, expiresIn } = await grant('enrolment', node);
      const until = new Date(expires).toISOString();
      request.change = { before: null, after: { enrolment: node, expires: until } };
      void reply.code(201).header('cache-control', 'no-store');
      return { node, secret, expires: until, expiresIn };
    },
  );

  app.post(
    '/v1/nodes/:id/credentials',
    {
      config: { scope: 'nodes:enrol' },
      schema: {
        tags,
        summary: 'A node swaps its enrolment secret for a credential, or renews that',
        description:
          'The bearer token is the enrolment secret, or the credential that is about to expire. What it answers with is ' +
          'good for the registration, heartbeat and renewal of this node alone, and to claim and look up where its clients belong.',
        params: EntityParams,
        response: { 201: CredentialAnswer, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { id: node } = request.params;
      const { secret, expires, expiresIn } = await grant('credential', node);
      void reply.code(201).header('cache-control', 'no-store');
      return { node, credential: secret, expires: new Date(expires).toISOString(), expiresIn };
    },
  );

  return Promise.resolve();
};
