/** The API by TLS: certificates of nodes, and of the server, which are renewed while it runs. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect as connectInTheClear, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import { HttpServers } from '../../src/api/http-server.ts';
import { nodesOf, PeerCertificates } from '../../src/auth/certificate.ts';
import { accessing, type Access, type ClientTls } from '../../src/http/access.ts';
import { exchange } from '../../src/http/exchange.ts';
import { DispatcherError, register } from '../../src/media-node/dispatchers.ts';
import { NO_EVENTS } from '../../src/events/bus.ts';
import { NodeRegistry } from '../../src/nodes/registry.ts';
import { parse, serverWith, SMALL } from '../fixtures/cluster.ts';
import { issue, NO_OPENSSL, type Issued } from '../fixtures/pki.ts';
import { INSTANCE } from '../nodes/said.ts';

const said = { instance: INSTANCE, version: '0.1.0', mediasoup: '3.19.3' };

describe('mutual TLS', { skip: NO_OPENSSL }, () => {
  let folder: string;
  let authority: Issued;
  let server: Issued;
  let servers: HttpServers;
  let app: FastifyInstance;
  let url: URL;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roomlb-mtls-'));
    authority = await issue(folder, 'authority');
    server = await issue(folder, 'dispatcher', authority);
    servers = new HttpServers({ tls: { ...server, clientAuthorities: authority.certificate } });
    const authentication = { authenticators: [], open: new Set([]) };
    ({ app } = await serverWith({ servers, authentication }));
    await app.listen({ host: '127.0.0.1', port: 0 });
    url = new URL(`https://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  });
  after(async () => {
    app.server.closeAllConnections();
    await app.close();
    await rm(folder, { recursive: true });
  });

  function accessOf(shown?: Issued): Access & { tls: ClientTls } {
    const identity = shown && { cert: shown.certificate, key: shown.key };
    return { token: () => undefined, tls: { ca: authority.certificate, ...identity } };
  }
  const refused = (status: number, said: RegExp) => (error: unknown) =>
    error instanceof DispatcherError && error.status === status && said.test(error.message);

  test('is over for who does not finish the handshake', async (t) => {
    const slow = new HttpServers({
      tls: { ...server, clientAuthorities: null },
      limits: { handshakeTimeout: 50 },
    });
    const listening = slow.create(() => undefined).listen(0, '127.0.0.1');
    t.after(() => listening.close());
    await once(listening, 'listening');
    const { port } = listening.address() as AddressInfo;
    const silent = connectInTheClear({ host: '127.0.0.1', port }).on('error', () => undefined);
    // A record that says it is longer than what comes of it.
    silent.write(Buffer.from([0x16, 3, 1, 2, 0, 1]));
    await once(silent.resume(), 'close');
  });

  test('lets a node speak for itself, by REST and by WebSocket, and for no other', async () => {
    const access = accessOf(await issue(folder, 'sfu-1', authority));
    assert.equal((await register({ url, access }, 'sfu-1', said)).node, 'sfu-1');
    await assert.rejects(register({ url, access }, 'sfu-2', said), refused(403, /speaks for sfu-1 alone/));
    const beat = async (node: string) => {
      const socket = new WebSocket(
        new URL(`/v1/nodes/${node}/heartbeat`, url).href.replace('https', 'wss'),
        access.tls,
      );
      const opened = once(socket, 'open').then(() => 101);
      const answered = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number);
      const status = await Promise.race([opened, answered]);
      socket.on('error', () => undefined).terminate();
      return status;
    };
    assert.equal(await beat('sfu-1'), 101);
    assert.equal(await beat('sfu-2'), 403);
    const { status } = await exchange(new URL('/v1/nodes/sfu-1/drain', url), {
      method: 'POST',
      timeout: 10_000,
      ...accessing(access),
    });
    assert.equal(status, 403);
  });

  test('refuses a certificate of nobody that is trusted, or none at all', async () => {
    const own = accessOf(await issue(folder, 'sfu-1'));
    await assert.rejects(
      register({ url, access: own }, 'sfu-1', said),
      refused(401, /no authority that is trusted/),
    );
    await assert.rejects(register({ url, access: accessOf() }, 'sfu-1', said), refused(401, /needs a token/));
  });

  test('lets a node do no more by its certificate than by a credential', async () => {
    const access = accessOf(await issue(folder, 'sfu-2', authority));
    const ask = async (method: 'GET' | 'PUT' | 'DELETE', path: string) =>
      (await exchange(new URL(path, url), { method, timeout: 10_000, ...accessing(access) })).status;
    assert.equal(await ask('PUT', '/v1/rooms/r'), 201);
    assert.equal(await ask('GET', '/v1/nodes/sfu-1'), 200);
    for (const [method, path] of [
      ['DELETE', '/v1/rooms/r'],
      ['GET', '/v1/rooms'],
      ['GET', '/v1/topology'],
      ['GET', '/v1/events'],
    ] as const)
      assert.equal(await ask(method, path), 403, path);
  });

  test('ends what is open once the certificate has expired, or its authority goes', async (t) => {
    const clock = { now: Date.now() };
    const other = await issue(folder, 'other-authority');
    const own = new HttpServers({ tls: { ...server, clientAuthorities: bundle(other, authority) } });
    const certificates = new PeerCertificates({
      authorities: () => own.clientAuthorities,
      now: () => clock.now,
    });
    const authentication = { authenticators: [], open: new Set([]), certificates, recheckEvery: 10 };
    const registry = new NodeRegistry({ topology: parse(SMALL), events: NO_EVENTS, now: Date.now });
    const nodes = { registry, now: Date.now };
    const { app } = await serverWith({ servers: own, authentication, nodes });
    await app.listen({ host: '127.0.0.1', port: 0 });
    t.after(() => {
      app.server.closeAllConnections();
      return app.close();
    });
    const base = new URL(`https://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    const access = accessOf(await issue(folder, 'sfu-1', other));
    const agent = new Agent({ ...access.tls, keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const registered = () => registration(agent, base, 'sfu-1');
    const open = async () => {
      const { assignment } = await registered();
      assert.ok(assignment);
      const heartbeat = new URL('/v1/nodes/sfu-1/heartbeat', base).href.replace('https', 'wss');
      const socket = new WebSocket(heartbeat, access.tls);
      t.after(() => socket.terminate());
      const ended = once(socket, 'close').then(([code, why]) => `${code} ${String(why)}`);
      await once(socket, 'open');
      return { socket, ended };
    };

    const first = await open();
    own.renew({ ...server, clientAuthorities: bundle(authority, other) });
    await sleep(50);
    assert.equal(first.socket.readyState, WebSocket.OPEN);
    own.renew({ ...server, clientAuthorities: authority.certificate });
    assert.equal(await first.ended, '4401 the authority of the certificate is not trusted here any more');
    assert.match((await registered()).detail ?? '', /not trusted here any more/);
    assert.match((await registered()).detail ?? '', /no authority that is trusted/);

    own.renew({ ...server, clientAuthorities: bundle(authority, other) });
    const second = await open();
    clock.now += 3 * 86_400_000;
    assert.equal(await second.ended, '4401 the certificate has expired: connect again with a newer one');
    assert.match((await registered()).detail ?? '', /has expired/);
  });

  test('shows a renewed certificate on the next connection', async () => {
    const shown = async () => {
      const socket = connect({ host: '127.0.0.1', port: Number(url.port), ca: authority.certificate });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const before = await shown();
    assert.equal(await shown(), before);
    assert.throws(
      () => servers.renew({ ...server, key: authority.key, clientAuthorities: null }),
      /mismatch/,
    );
    assert.equal(await shown(), before);
    const next = await issue(folder, 'dispatcher-2', authority);
    servers.renew({ ...next, clientAuthorities: authority.certificate });
    assert.notEqual(await shown(), before);
    const access = accessOf(await issue(folder, 'sfu-3', authority));
    assert.equal((await register({ url, access }, 'sfu-3', said)).node, 'sfu-3');
  });
});

const bundle = (...authorities: Issued[]) => Buffer.concat(authorities.map(({ certificate }) => certificate));

/** What is answered to a registration on a connection that is kept. */
async function registration(agent: Agent, base: URL, node: string) {
  const asked = request(new URL(`/v1/nodes/${node}/registration`, base), {
    ...{ method: 'PUT', agent },
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify({ protocol: 1, ...said }));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return (await json(answer)) as { readonly assignment?: object; readonly detail?: string };
}

describe('the nodes in a certificate', () => {
  const named = (CN: string | string[], subjectaltname?: string) =>
    nodesOf({ subject: { CN }, ...(subjectaltname !== undefined && { subjectaltname }) });

  test('are its common name and its DNS names, where they are ids', () => {
    assert.deepEqual(named('sfu-1'), ['sfu-1']);
    assert.deepEqual(named('sfu-1', 'DNS:sfu-1, DNS:sfu-1.example.net, IP Address:10.0.0.1, URI:x'), [
      'sfu-1',
      'sfu-1.example.net',
    ]);
    assert.deepEqual(named('Media node', 'DNS:*.example.net'), []);
  });

  test('are none where names may hide others', () => {
    assert.deepEqual(named(['sfu-1', 'sfu-2']), []);
    assert.deepEqual(named('x', 'DNS:"a, DNS:sfu-1, b"'), ['x']);
  });
});
