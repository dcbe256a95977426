/** Against a FAKE of Janus's REST transports: /janus/info and the admin API's list_sessions, as 1.1.2 answers. */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { RequestListener } from 'node:http';
import { janusProbe } from '../../../src/health/probes/janus.ts';
import { janusAt } from '../endpoints.ts';
import { closedPort, httpServer } from './servers.ts';

const SECRET = 'janusoverlord';
const admin: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { janus, transaction, admin_secret: secret } = JSON.parse(body) as Record<string, string>;
    const answer =
      request.url === '/admin' && janus === 'list_sessions' && secret === SECRET
        ? { janus: 'success', transaction, sessions: [11, 12, 13] }
        : {
            janus: 'error',
            transaction,
            error: { code: 403, reason: 'Unauthorized request (wrong or missing secret/token)' },
          };
    response.end(JSON.stringify(answer));
  });
};

async function ask(info: unknown, use: { status?: number; admin?: number; secret?: string } = {}) {
  const server = await httpServer((request, response) => {
    response.writeHead(request.url === '/janus/info' ? (use.status ?? 200) : 404).end(JSON.stringify(info));
  });
  const access =
    use.admin === undefined ? null : { port: use.admin, path: '/admin', secretFile: '/etc/secret' };
  try {
    return await janusProbe({ secret: () => use.secret }).run(janusAt(server.port, { admin: access }));
  } finally {
    await server.close();
  }
}

const INFO = { janus: 'server_info', version_string: '1.1.2', 'accepting-new-sessions': true };

describe('the janus probe', () => {
  test('takes server_info for ok, and tells the version', async () => {
    const outcome = await ask(INFO);
    assert.ok(outcome.kind === 'ok');
    assert.deepEqual(outcome.detail, { version: '1.1.2' });
  });

  test('takes one that accepts no new sessions for busy, not for down', async () => {
    const outcome = await ask({ ...INFO, 'accepting-new-sessions': false });
    assert.ok(outcome.kind === 'busy');
    assert.match(outcome.why, /new sessions/);
  });

  for (const [what, info, status, reason] of [
    ['another JSON', { hello: 1 }, 200, 'wrong-answer'],
    ['a list', [], 200, 'wrong-answer'],
    ['null', null, 200, 'wrong-answer'],
    ['a 404', INFO, 404, 'wrong-answer'],
    ['a 502', INFO, 502, 'says-down'],
  ] as const) {
    test(`takes ${what} for ${reason}`, async () => {
      const outcome = await ask(info, { status });
      assert.equal(outcome.kind === 'failure' && outcome.reason, reason);
    });
  }

  test('tells the load where it has the secret', async () => {
    const server = await httpServer(admin);
    const outcome = await ask(INFO, { admin: server.port, secret: SECRET });
    await server.close();
    assert.deepEqual(outcome.kind === 'ok' && outcome.detail, { version: '1.1.2', sessions: 3 });
  });

  test('is as well without the load: a wrong secret, none, or no admin API is none of the node', async () => {
    const server = await httpServer(admin);
    const details = [
      await ask(INFO, { admin: server.port, secret: 'wrong' }),
      await ask(INFO, { admin: server.port }),
      await ask(INFO, { admin: await closedPort(), secret: SECRET }),
    ].map((outcome) => outcome.kind === 'ok' && outcome.detail?.admin);
    await server.close();
    assert.deepEqual(details, ['the question was refused', 'the secret could not be read', 'no answer']);
  });
});
