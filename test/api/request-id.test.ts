import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { requestIds } from '../../src/api/request-id.ts';
import type { ServerOptions } from '../../src/api/server.ts';
import { serverWith } from '../fixtures/cluster.ts';

function logging(level: string): { options: Partial<ServerOptions>; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { options: { logger: pino({ level }, { write }) }, lines };
}

test('the id of a request is told back if it is harmless, else a new one is given', async (t) => {
  const { app } = await serverWith({});
  t.after(() => app.close());
  const idOf = async (given?: string, url = '/v1/rooms/a') => {
    const headers = given === undefined ? {} : { 'x-request-id': given };
    return (await app.inject({ url, headers })).headers['x-request-id'];
  };
  const fine = [
    '7f3a',
    '0b81c2f0-7c3d-4e0f-8a44-5d6f1d1c3b11',
    'Root=1-67891233-abcdef012345678912345678',
    'x'.repeat(128),
  ];
  for (const id of fine) assert.equal(await idOf(id), id);
  for (const id of [undefined, '', 'a b', 'a"b', 'ü', '<b>', 'x'.repeat(129)])
    assert.match(String(await idOf(id)), /^[0-9a-f]{12}-[0-9a-z]+$/);
  // Routes that are not there, and URLs that cannot be decoded, too.
  assert.equal(await idOf('one', '/no/such'), 'one');
  assert.equal(await idOf('two', '/v1/rooms/%'), 'two');
  assert.notEqual(await idOf(), await idOf());
});

test('two dispatchers give no request the same id', () => {
  const [a, b] = [requestIds(), requestIds()];
  const ids = [a, b, a, b].map((next) => next({ headers: {} }));
  assert.equal(new Set(ids).size, 4);
});

test('a request that failed is logged with its id and room; others only for debugging, and no query', async (t) => {
  for (const level of ['info', 'debug']) {
    const { options, lines } = logging(level);
    const { app, store } = await serverWith(options);
    t.after(() => app.close());
    const ask = (id: string, url: string) =>
      app.inject({ method: 'GET', url, headers: { 'x-request-id': id } });
    await ask('fine', '/v1/rooms?limit=1');
    store.claims.get = () => Promise.reject(new Error('the disk is gone'));
    assert.equal((await ask('bad', '/v1/rooms/stand%20up')).statusCode, 500);
    const told = (id: string) => lines.filter(({ reqId }) => reqId === id);
    assert.deepEqual(
      told('bad').map(({ msg, room, status }) => [msg, room, status]),
      [
        ['request failed', undefined, undefined],
        ['failed to answer', 'stand up', 500],
      ],
    );
    assert.deepEqual(
      told('fine').map(({ msg, path }) => [msg, path]),
      level === 'debug' ? [['answered', '/v1/rooms']] : [],
    );
  }
});
