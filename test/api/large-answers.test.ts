/** Large answers that nobody reads. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import Fastify from 'fastify';
import { installLargeAnswers } from '../../src/api/large-answers.ts';
import { installProblems } from '../../src/api/problem.ts';
import { until } from '../media-node/support.ts';

/** More than sockets hold. */
const LENGTH = 32 * 1024 * 1024;

test('are let go with their reader, and refused beyond as many as there is room for', async (t) => {
  const app = Fastify();
  installProblems(app);
  installLargeAnswers(app, { room: 1.5 * LENGTH, patience: 200 });
  app.get('/', () => 'x'.repeat(LENGTH));
  app.put('/', () => 'x'.repeat(LENGTH));
  app.get('/small', () => 'x');
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const statusOf = async (path: string, method = 'GET') => {
    const answer = await fetch(url + path, { method });
    await answer.text();
    return answer.status;
  };

  const unread = connect({ host: '127.0.0.1', port }).on('error', () => undefined);
  t.after(() => unread.destroy());
  unread.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  // Its first bytes are here, and no more are asked for.
  await once(unread, 'readable');
  const refused = await fetch(url);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '5']);
  assert.match(await refused.text(), /too-many-unread/);
  assert.deepEqual([await statusOf('/small'), await statusOf('/', 'PUT')], [200, 200]);
  await until('the silent reader is let go', async () => (await statusOf('/')) === 200);
  assert.equal(await statusOf('/'), 200);
});
