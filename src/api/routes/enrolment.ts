/** How nodes get credentials of their own, and renew them. Nothing of it is kept but that a secret was used. */
import { createHash, randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { SingleUse } from '../../auth/authenticator.ts';
import type { NodeCredentials } from '../../auth/node-credentials.ts';
import { CredentialAnswer, CredentialRequest } from '../../media-node/protocol.ts';
import type { NodeRegistry } from '../../nodes/registry.ts';
import { StoreUnavailable, type OnceStore } from '../../store/store.ts';
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

/** What enrols nodes. */
export interface Enrolment {
  readonly credentials: NodeCredentials;
  /** Which secrets were used. */
  readonly once: OnceStore;
}

export interface EnrolmentRoutesOptions {
  readonly registry: NodeRegistry;
  /** Where left out, no node can be enrolled. */
  readonly enrolment?: Enrolment | undefined;
}

export const enrolmentRoutes: FastifyPluginAsyncTypebox<EnrolmentRoutesOptions> = (
  app,
  { registry, enrolment },
) => {
  const admitted = (node: string): Enrolment => {
    if (!enrolment) {
      const detail =
        'this dispatcher has no key for credentials of nodes; start it with --node-key (see roomlb token key --help)';
      throw new Problem(409, 'no-node-key', detail);
    }
    asProblem(() => registry.admit(node));
    return enrolment;
  };

  app.post(
    '/v1/nodes/:id/enrolment',
    {
      config: { scope: 'nodes:write' },
      schema: {
        tags,
        summary: 'Make a secret by which a node enrols itself',
        description:
          'Short-lived, good once, and for this node alone, which shows it as its bearer token to `POST /v1/nodes/{id}/credentials`.',
        params: EntityParams,
        response: { 201: EnrolmentAnswer, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { id: node } = request.params;
      const { secret, expires, expiresIn } = await admitted(node).credentials.grant('enrolment', node);
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
          'The bearer token is the enrolment secret, which is good once, or the credential that is about to expire. What ' +
          'it answers with is good for the registration, heartbeat and renewal of this node alone, and to claim and look ' +
          'up where its clients belong. Whoever lost the answer to a secret may ask again with the same `nonce`.',
        params: EntityParams,
        body: CredentialRequest,
        response: {
          201: CredentialAnswer,
          ...PROBLEMS,
          ...problems({ 503: 'The store does not answer, so nobody knows whether the secret was used.' }),
        },
      },
    },
    async (request, reply) => {
      const { id: node } = request.params;
      const { credentials, once } = admitted(node);
      const single = request.principal?.once;
      if (single) await useUp(once, node, single, request.body?.nonce);
      const { secret, expires, expiresIn } = await credentials.grant('credential', node);
      const until = new Date(expires).toISOString();
      if (single) request.change = { before: null, after: { credential: node, expires: until } };
      void reply.code(201).header('cache-control', 'no-store');
      return { node, credential: secret, expires: until, expiresIn };
    },
  );

  return Promise.resolve();
};

/** @throws Problem where it was used, or where the store cannot say: a secret that may have been used is not taken */
async function useUp(
  once: OnceStore,
  node: string,
  { id, until }: SingleUse,
  nonce: string = randomUUID(),
): Promise<void> {
  // Of the nonce no more than tells it from others.
  const by = createHash('sha256').update(nonce).digest('base64url');
  const first = await once.take(`enrolment-${id}`, by, until).catch((error: unknown) => {
    if (!(error instanceof StoreUnavailable)) throw error;
    const detail = `whether the secret was used cannot be known, since the store does not answer: ${error.message}; try again later`;
    throw new Problem(503, 'store-unavailable', detail);
  });
  if (first) return;
  const detail =
    `the enrolment secret was used already; for another one: roomlb enroll ${node}. If it was not node ${node} that used ` +
    'it, somebody else has a credential of it: change the key of --node-key';
  throw new Problem(403, 'secret-used', detail);
}
