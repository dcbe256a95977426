/** With a real TLS server on loopback: who is believed, and what goes over the wire. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exchange } from '../../src/http/exchange.ts';
import { secureFetch } from '../../src/http/secure-fetch.ts';
import { selfSigned } from '../lab/echo-node.ts';
import { serveFake, type FakeAnswer, type FakeRequest } from '../targets/fakes/fake-device.ts';

let folder: string;
let tls: { key: Buffer; cert: Buffer };
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'roomlb-fetch-'));
  const { key, cert } = await selfSigned(folder, 'localhost');
  tls = { key: await readFile(key), cert: await readFile(cert) };
});
after(() => rm(folder, { recursive: true }));

const ECHO = { answer: (request: FakeRequest): FakeAnswer => ({ status: 200, body: request }) };
const get = (url: string, trust: { authorities?: string; verify?: boolean } = {}) => {
  const { authorities = null, verify = true } = trust;
  const fetch = secureFetch({ authorities, verify });
  return exchange(new URL('/x?y=1', url), { method: 'GET', timeout: 30_000, fetch });
};

describe('a fetch of our own', () => {
  test('believes the authority that it is told, and by default no stranger', async (t) => {
    const url = await serveFake(t, ECHO, tls);
    assert.equal((await get(url, { authorities: String(tls.cert) })).status, 200);
    assert.equal((await get(url, { verify: false })).status, 200);
    await assert.rejects(get(url), /self-signed certificate/);
  });

  test('believes no certificate for another name', async (t) => {
    const url = (await serveFake(t, ECHO, tls)).replace('localhost', '127.0.0.1');
    await assert.rejects(get(url, { authorities: String(tls.cert) }), /127\.0\.0\.1/);
  });

  test('sends method, headers and body as they are', async (t) => {
    const url = await serveFake(t, ECHO);
    const { body } = await exchange(new URL('/x?y=1', url), {
      ...{ method: 'PUT', timeout: 30_000, headers: { 'X-One': 'two' }, body: { name: 'Grüße' } },
      fetch: secureFetch({ authorities: null, verify: true }),
    });
    const { method, path, headers, body: sent } = body as FakeRequest;
    assert.deepEqual([method, path, headers['x-one'], sent], ['PUT', '/x?y=1', 'two', { name: 'Grüße' }]);
  });

  test('knows answers without a body, and gives headers that come twice', async (t) => {
    const url = await serveFake(t, { answer: () => ({ status: 204, headers: { 'x-one': 'a' } }) });
    const { status, body, header } = await get(url);
    assert.deepEqual([status, body, header('x-one')], [204, undefined, 'a']);
  });

  test('follows nobody who sends it elsewhere', async (t) => {
    const url = await serveFake(t, { answer: () => ({ status: 302, headers: { location: '/elsewhere' } }) });
    assert.equal((await get(url)).status, 302);
  });

  test('says why there is no answer', async () => {
    await assert.rejects(get('http://127.0.0.1:1'), /ECONNREFUSED/);
  });
});
