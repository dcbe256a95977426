/**
 * Every operation of the OpenAPI document, asked for what it allows, nearly allows and does not allow: answers
 * are as the document declares, none says that the server failed, and none stays away.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { smallServer } from '../../fixtures/cluster.ts';
import { assertDeclared, openapi, type Operation } from '../openapi-answers.ts';
import { requestsOf, type FuzzRequest } from './requests.ts';

/** Milliseconds after which an answer is said to stay away; they take about one. */
const HANGS = 30_000;
const RUNS = 60;

/** Requests may drain and delete every node: then there is no place for a room, and that is no failure. */
const NOT_A_FAILURE = ['no-node-fits'];

const { app: described } = await smallServer();
const { paths } = await openapi(described);
after(() => described.close());

for (const [path, item] of Object.entries(paths)) {
  describe(path, () => {
    for (const [method, operation] of Object.entries(item)) {
      test(`${method}: no request makes it fail or hang`, async () => {
        const { app } = await smallServer();
        await fc.assert(
          fc.asyncProperty(requestsOf(method, path, operation), async (request) => {
            const answer = await answerOf(app, request, isStream(operation));
            const kind = answer.statusCode < 500 ? '' : answer.json<{ type: string }>().type;
            assert.ok(kind === '' || NOT_A_FAILURE.some((fine) => kind.endsWith(`:${fine}`)), answer.body);
            // What matches another route, or none, is not this operation's to declare.
            if (answer.statusCode !== 404 && isOf(path, request.url)) assertDeclared(operation, answer);
          }),
          { numRuns: RUNS },
        );
        assert.equal(({} as { polluted?: boolean }).polluted, undefined);
        await app.close();
      });
    }
  });
}

/** Whether what it answers with has no end. */
function isStream({ responses }: Operation): boolean {
  return responses[200]?.content?.['text/event-stream'] !== undefined;
}

async function answerOf(
  app: FastifyInstance,
  request: FuzzRequest,
  endless: boolean,
): Promise<LightMyRequestResponse> {
  const stop = new AbortController();
  const hangs = sleep(HANGS, null, { signal: stop.signal }).catch(() => null);
  const answer = await Promise.race([endless ? firstOf(app, request) : app.inject(request), hangs]);
  stop.abort();
  assert.ok(answer, `no answer within ${HANGS / 1000} s`);
  return answer;
}

/** The answer as far as it goes until its first words; then the asker leaves. */
async function firstOf(app: FastifyInstance, request: FuzzRequest): Promise<LightMyRequestResponse> {
  const leaves = new AbortController();
  const answer = await app.inject({ ...request, payloadAsStream: true, signal: leaves.signal });
  const chunks: Buffer[] = [];
  for await (const chunk of answer.stream()) {
    chunks.push(chunk);
    if (answer.statusCode === 200) break;
  }
  leaves.abort();
  const body = Buffer.concat(chunks).toString();
  return { ...answer, body, json: () => JSON.parse(body) };
}

/** Whether a URL has as many segments as the path, none of them empty. */
function isOf(path: string, url: string): boolean {
  const segments = url.split('?', 1)[0]!.split('/').slice(1);
  return (
    segments.length === path.split('/').length - 1 && segments.every((one) => !['', '.', '..'].includes(one))
  );
}
