import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { IncomingMessage } from 'node:http';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { RenderCache } from '../../dispatcher/render-cache.ts';
import { notModified } from '../conditional.ts';
import { Problem } from '../problem.ts';
import { ETAG, NOT_MODIFIED, problems, ReadConditions, withHeaders } from '../responses.ts';
import * as schemas from '../schemas.ts';

const tags = ['configuration'];
/** Seconds: proxies give up on requests that take a minute. */
const MAX_WAIT = 50;

export const intentRoutes: FastifyPluginAsyncTypebox<{
  dispatcher: Dispatcher;
  rendered: RenderCache;
}> = (app, { dispatcher, rendered }) => {
  app.get(
    '/v1/intent',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'The vendor-neutral L4 intent',
        description:
          'What every target renders. The ETag is its revision. With `wait`, a revision that is known already is ' +
          'answered once there is another, or after so many seconds.',
        headers: ReadConditions,
        querystring: Type.Object({
          wait: Type.Optional(
            Type.Integer({ minimum: 0, maximum: MAX_WAIT, description: 'Seconds; 0 where left out.' }),
          ),
        }),
        response: {
          200: withHeaders(schemas.AnyObject, ETAG),
          304: NOT_MODIFIED,
        },
      },
    },
    async (request, reply) => {
      const known = () => notModified(request, reply, dispatcher.snapshot.intent.revision);
      if (known()) await anotherIntent(dispatcher, request.query.wait ?? 0, request.raw);
      if (known()) return reply.code(304).send();
      return reply.type('application/json').send(JSON.stringify(dispatcher.snapshot.intent));
    },
  );

  app.get(
    '/v1/targets',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Targets and what they can carry',
        response: { 200: Type.Object({ targets: schemas.list(schemas.TargetInfo) }) },
      },
    },
    () => ({
      targets: rendered.targets.map(({ name, kind, title, capabilities }) => ({
        name,
        kind,
        title,
        ...capabilities,
      })),
    }),
  );

  app.get(
    '/v1/config/:target',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'What a target renders the intent to',
        description:
          'The text of the main file, or of the one named by `file`; `format=json` gives all files with the ' +
          'findings (what the target could not carry). The ETag is the revision of the intent.',
        headers: ReadConditions,
        params: Type.Object({ target: Type.String({ maxLength: 63 }) }),
        querystring: Type.Object({
          file: Type.Optional(Type.String({ maxLength: 200 })),
          format: Type.Optional(Type.Union([Type.Literal('text'), Type.Literal('json')])),
        }),
        response: {
          200: {
            description: 'The configuration.',
            headers: ETAG,
            content: {
              'text/plain': { schema: Type.Unsafe<unknown>({ type: 'string' }) },
              'application/json': { schema: Type.Unsafe<unknown>(schemas.RenderedConfig) },
            },
          },
          304: NOT_MODIFIED,
          ...problems({
            404: 'There is no such target, or it has no such file.',
            422: 'The target can carry nothing of this intent; `findings` says why.',
          }),
        },
      },
    },
    (request, reply) => {
      const target = rendered.targets.find(({ name }) => name === request.params.target);
      if (!target) throw noSuchTarget(rendered);
      const { intent } = dispatcher.snapshot;
      if (notModified(request, reply, intent.revision)) return reply.code(304).send();
      const { files, findings, rules } = rendered.render(target, intent);
      if (request.query.format === 'json') {
        const body = { target: target.name, revision: intent.revision, files, findings, rules: rules.length };
        return reply.type('application/json').send(JSON.stringify(body));
      }
      if (files.length === 0) {
        throw new Problem(422, 'target-cannot-carry', `${target.name} can carry nothing of this intent`, {
          findings,
        });
      }
      const name = request.query.file ?? files[0]?.path;
      const file = files.find(({ path }) => path === name);
      if (!file) {
        const paths = files.map(({ path }) => path);
        throw new Problem(404, 'no-such-file', `${target.name} has no such file; it has ${paths.join(', ')}`);
      }
      return reply.type('text/plain; charset=utf-8').send(file.content);
    },
  );
  return Promise.resolve();
};

export function noSuchTarget(rendered: RenderCache): Problem {
  const names = rendered.targets.map(({ name }) => name).join(', ');
  return new Problem(404, 'no-such-target', `no such target; there are ${names}`);
}

/** Resolves once the revision is another one, after so many seconds, or when whoever asked has gone. */
async function anotherIntent(
  dispatcher: Dispatcher,
  seconds: number,
  request: IncomingMessage,
): Promise<void> {
  const { revision } = dispatcher.snapshot.intent;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, seconds * 1000);
    const forget = dispatcher.onChange(({ intent }) => {
      if (intent.revision !== revision) done();
    });
    request.socket.once('close', done);
    function done() {
      clearTimeout(timer);
      forget();
      request.socket.off('close', done);
      resolve();
    }
  });
}
