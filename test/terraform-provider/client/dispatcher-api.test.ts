/** What a dispatcher cannot be made to do here, such as to be busy twice, a server does in its place. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readConfiguration, CONFIGURATION } from '../../../src/terraform-provider/client/configuration.ts';
import { connect } from '../../../src/terraform-provider/client/dispatcher-api.ts';
import { edit, find } from '../../../src/terraform-provider/client/edit.ts';
import { complete } from '../../../src/terraform-provider/plugin/tree.ts';
import type { ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { issue, NO_OPENSSL } from '../../fixtures/pki.ts';

function api(config: ObjectValue) {
  return connect(readConfiguration(complete(CONFIGURATION, config), {}, { warn: () => undefined }));
}

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = async (t: TestContext, listener: RequestListener) =>
  `http://${await listening(t, createHttp(listener))}`;

function problem(kind: string, status: number): string {
  return JSON.stringify({ type: `urn:roomlb:problem:${kind}`, status, detail: `it is ${kind}` });
}

test('what says later is asked again, as often as is wanted', async (t) => {
  let asked = 0;
  const endpoint = await answering(t, (_, response) => {
    asked += 1;
    if (asked <= 4) response.writeHead(asked % 2 === 0 ? 503 : 429, { 'retry-after': '0' }).end();
    else response.end('{"cluster":"x"}');
  });
  assert.deepEqual(await api({ endpoint, max_retries: 4 }).ask('/v1/topology'), { cluster: 'x' });
  asked = -100;
  await assert.rejects(
    api({ endpoint, max_retries: 1 }).ask('/v1/topology'),
    /The dispatcher refuses.* 503|429/,
  );
  // Each try is two, since a connection that was kept may just have been closed.
  assert.equal(asked, -96);
});

test('where nobody answers, the next is asked, and what to look at is said', async (t) => {
  const endpoint = await answering(t, (_, response) => void response.end('{}'));
  const nobody = 'http://127.0.0.1:1';
  assert.deepEqual(await api({ endpoints: [nobody, endpoint], max_retries: 0 }).ask('/'), {});
  await assert.rejects(
    api({ endpoint: nobody, max_retries: 0 }).ask('/'),
    /No dispatcher answers.*[^]*ROOMLB_ENDPOINT/,
  );
});

test('who stops waits for no further try', async (t) => {
  const endpoint = await answering(
    t,
    (_, response) => void response.writeHead(503, { 'retry-after': '60' }).end(),
  );
  const stop = new AbortController();
  const asking = api({ endpoint }).request({ method: 'GET', path: '/v1/nodes', stopped: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(asking, /GET \/v1\/nodes was given up/);
});

test('nor for an answer to what is only asked', async (t) => {
  const endpoint = await answering(t, () => undefined);
  const stop = new AbortController();
  const asking = api({ endpoint, max_retries: 0 }).ask('/v1/nodes', { stopped: stop.signal });
  setTimeout(() => stop.abort(), 100);
  await assert.rejects(asking, /GET \/v1\/nodes was given up/);
});

test('writes go one after another, whatever becomes of each', async (t) => {
  const client = api({ endpoint: await answering(t, (_, response) => void response.end('{}')) });
  const log: string[] = [];
  const work = (name: string, fails = false) =>
    client.inTurn(async () => {
      log.push(`${name} begins`);
      await client.ask('/');
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const outcomes = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(
    log,
    ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test('where others are faster it is looked again, and decided anew', async (t) => {
  let weight = 1;
  const seen: string[] = [];
  const endpoint = await answering(t, (request, response) => {
    if (request.method === 'GET') {
      response.setHeader('etag', `"${weight}"`).end(JSON.stringify({ id: 'n', weight }));
    } else {
      seen.push(String(request.headers['if-match']));
      weight += 1;
      if (weight < 4) response.writeHead(412).end(problem('stale-revision', 412));
      else if (weight === 4) response.writeHead(409).end(problem('concurrent-change', 409));
      else response.end('{"id":"n","weight":99}');
    }
  });
  const decided: unknown[] = [];
  const written = await edit(api({ endpoint }), {
    path: '/v1/nodes/n',
    decide: (found) => {
      decided.push(found?.weight);
      return { id: 'n', weight: 99 };
    },
  });
  assert.deepEqual(written, { id: 'n', weight: 99 });
  assert.deepEqual(decided, [1, 2, 3, 4]);
  assert.deepEqual(seen, ['"1"', '"2"', '"3"', '"4"']);
});

test('it is not looked for ever', async (t) => {
  const endpoint = await answering(t, (request, response) => {
    if (request.method === 'GET') response.writeHead(404).end(problem('no-such-entity', 404));
    else response.writeHead(412).end(problem('already-exists', 412));
  });
  const asking = edit(api({ endpoint }), { path: '/v1/nodes/n', decide: () => ({}) });
  await assert.rejects(asking, /Others change the topology all the time/);
});

test('a dispatcher that lacks the route is told as old', async (t) => {
  const endpoint = await answering(
    t,
    (_, response) => void response.writeHead(404).end(problem('no-such-route', 404)),
  );
  const asking = edit(api({ endpoint }), { path: '/v1/pins/r', decide: () => ({}) });
  await assert.rejects(asking, /too old/);
  await assert.rejects(api({ endpoint }).ask('/v1/health'), /older than the provider/);
});

test('a 404 of something else than a dispatcher is not taken for an object that is gone', async (t) => {
  const endpoint = await answering(
    t,
    (_, response) => void response.writeHead(404).end('<h1>Not Found</h1>'),
  );
  await assert.rejects(find(api({ endpoint }), '/v1/nodes/n1'), /That is no dispatcher.*endpoint/);
  const asking = edit(api({ endpoint }), { path: '/v1/nodes/n1', isNew: true, decide: () => ({}) });
  await assert.rejects(asking, /That is no dispatcher/);
  await assert.rejects(api({ endpoint }).ask('/v1/health'), /refuses.*404.*\n.*endpoint/);
});

test('what a dispatcher does not have is told in its words alone', async (t) => {
  const endpoint = await answering(
    t,
    (_, response) => void response.writeHead(404).end(problem('no-such-target', 404)),
  );
  await assert.rejects(api({ endpoint }).ask('/v1/config/x'), /it is no-such-target$/);
});

test('a certificate is shown to a dispatcher, and one asked of it', { skip: NO_OPENSSL }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-provider-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const authority = await issue(folder, 'authority');
  const [server, client] = await Promise.all([
    issue(folder, 'server', authority),
    issue(folder, 'client', authority),
  ]);
  const listener: RequestListener = ({ url }, response) => {
    if (url === '/') response.end('{"ok":true}');
    else response.writeHead(403).end(problem('forbidden', 403));
  };
  const tls = { cert: server.certificate, key: server.key, ca: authority.certificate, requestCert: true };
  const endpoint = `https://${await listening(t, createHttps({ ...tls, rejectUnauthorized: true }, listener))}`;
  const trusting = { endpoint, ca_file: authority.certificateFile, max_retries: 0 };
  const shown = { client_certificate_pem: client.certificate.toString(), client_key_file: client.keyFile };
  assert.deepEqual(await api({ ...trusting, ...shown }).ask('/'), { ok: true });
  // Who has shown nothing else is taken for a node, and would look for the fault of a token that there is not.
  await assert.rejects(api({ ...trusting, ...shown }).ask('/v1/nodes'), /certificate alone.*set token/);
  await assert.rejects(api({ ...trusting, ...shown, token: 'tok' }).ask('/v1/nodes'), /token lacks a scope/);
  await assert.rejects(
    api({ endpoint, ...shown, max_retries: 0 }).ask('/'),
    /No dispatcher answers.*certificate/,
  );
  await assert.rejects(api(trusting).ask('/'), /No dispatcher answers/);
});
