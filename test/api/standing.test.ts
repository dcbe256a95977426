/** Connections that stay open, and end with the credential of whoever opened them. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { watchStanding } from '../../src/api/standing.ts';
import type { Authenticator } from '../../src/auth/authenticator.ts';
import type { Scope } from '../../src/auth/scope.ts';
import { TokenTable } from '../../src/auth/token-table.ts';
import { hashToken, newToken } from '../../src/auth/token.ts';
import { serverWith } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';

const [reader, node] = [newToken(), newToken()];
const entry = (token: string, name: string, ...scopes: Scope[]) => ({
  ...{ name, hash: hashToken(token), scopes },
  ...{ expires: null, node: null },
});
const BOTH = [entry(reader, 'ann', 'read'), entry(node, 'sfu-1', 'nodes:report')];

test('open connections end with a reason once the credential is withdrawn or lacks the scope, and not before', async (t) => {
  const table = new TokenTable(BOTH, Date.now);
  let looks = 0;
  const counting: Authenticator = {
    takes: (token) => table.takes(token),
    verify(token) {
      looks++;
      return table.verify(token);
    },
  };
  const { app } = await serverWith({
    authentication: { authenticators: [counting], open: new Set(), recheckEvery: 10 },
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    app.server.closeAllConnections();
    return app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  let ends: Record<string, string> = {};
  const open = async (path: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    t.after(() => socket.terminate());
    socket.on('close', (code, reason) => (ends[path] = `${code} ${reason.toString()}`));
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    return socket;
  };
  await open('/v1/events', reader);
  await open('/v1/nodes/sfu-1/heartbeat', node);
  const sse = await fetch(`http://127.0.0.1:${port}/v1/events`, {
    headers: { authorization: `Bearer ${reader}` },
  });
  const told = sse.text().then((text) => (ends.sse = text));
  const before = looks;
  await until('each was looked at more than once', () => looks > before + 9);
  assert.deepEqual(ends, {});

  table.replace([entry(node, 'sfu-1', 'nodes:report')]);
  await until('events end', () => Object.keys(ends).length === 2);
  assert.equal(ends['/v1/events'], '4401 the token is not known, or was withdrawn');
  assert.match(await told, /stream.open/);

  table.replace([entry(node, 'sfu-1', 'metrics')]);
  await until('the word of the node ends', () => Object.keys(ends).length === 3);
  assert.equal(
    ends['/v1/nodes/sfu-1/heartbeat'],
    '4401 this needs the scope nodes:report; sfu-1 has metrics',
  );

  // Those who leave by themselves are not looked at any more.
  table.replace(BOTH);
  const left = [await open('/v1/events', reader), await open('/v1/nodes/sfu-1/heartbeat', node)];
  ends = {};
  for (const socket of left) socket.close();
  await until(
    'both have left',
    () => Object.keys(ends).length === 2 && app.websocketServer.clients.size === 0,
  );
  const after = looks;
  await sleep(50);
  assert.equal(looks, after);
});

test('whoever is told of the end is told once', async () => {
  const ends: string[] = [];
  let looks = 0;
  const standing = { every: 1, refusal: () => Promise.resolve(++looks < 3 ? undefined : `look ${looks}`) };
  const stop = watchStanding({ standing }, (why) => ends.push(why));
  await until('it ends', () => ends.length > 0);
  await sleep(20);
  stop();
  assert.deepEqual([ends, looks], [['look 3'], 3]);
  const never = watchStanding({ standing: null }, () => assert.fail('there is nothing to look at'));
  never();
});
