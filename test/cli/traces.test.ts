/** `roomlb serve` with traces: what a real collector gets of it, and that nothing waits for one. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { SMALL } from '../fixtures/cluster.ts';
import { until } from '../media-node/support.ts';
import { NO_REDIS, sparePort, startRedis } from '../store/redis/server.ts';
import { startCollector, type Collector } from '../tracing/collector.ts';
import { fileSite } from './file-site.ts';
import { startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

let folder: string;
let topology: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-traces-'));
  topology = join(folder, 'topology.yaml');
  await writeFile(topology, SMALL);
});
after(() => rm(folder, { recursive: true }));

function environment(t: TestContext, values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
  t.after(() => {
    for (const name of Object.keys(values)) Reflect.deleteProperty(process.env, name);
  });
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${CALLER}-01`;
const PUT = 'PUT /v1/rooms/:room';

const put = (url: string, room: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${url}/v1/rooms/${room}`, { method: 'PUT', headers });
const names = ({ spans }: Collector) => spans.map(({ name }) => name).toSorted();
const linesOf = (out: readonly string[]) => out.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('roomlb serve --traces', () => {
  test('a request, its claim, and what the store was asked are one trace, that of the caller', async (t) => {
    const collector = await startCollector(t);
    const audit = join(folder, 'audit.jsonl');
    const args = ['--traces', collector.url, '--log-level', 'debug', '--audit-log', audit];
    const serve = await startServe(t, topology, ...args);
    const answer = await put(serve.url, 'standup', { traceparent, 'x-request-id': 'call-7' });
    const { node } = (await answer.json()) as { node: { id: string } };
    assert.equal(await serve.stop(), 0);

    const request = collector.only(PUT);
    assert.deepEqual([request.traceId, request.parentId, request.kind], [TRACE, CALLER, 'SERVER']);
    assert.deepEqual(request.attributes, {
      'http.request.method': 'PUT',
      'http.route': '/v1/rooms/:room',
      'http.response.status_code': 201,
      'url.path': '/v1/rooms/standup',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(serve.url).port),
      'client.address': '127.0.0.1',
      'roomlb.request_id': 'call-7',
      'roomlb.room': 'standup',
    });
    const claim = collector.only('claim');
    assert.deepEqual(collector.childrenOf(request), [claim]);
    assert.deepEqual(claim.attributes, {
      'roomlb.room': 'standup',
      'roomlb.node': node.id,
      'roomlb.result': 'created',
      'roomlb.decision': 'hash',
    });
    const [get, create] = [collector.only('store get'), collector.only('store create')];
    assert.deepEqual(collector.childrenOf(claim), [get, create]);
    assert.deepEqual(get.attributes, { 'roomlb.room': 'standup' });
    assert.deepEqual(create.attributes, {
      'roomlb.room': 'standup',
      'roomlb.node': node.id,
      'roomlb.created': true,
    });
    assert.ok(collector.spans.every(({ traceId, took }) => traceId === TRACE && took >= 0n));
    assert.deepEqual(collector.paths, ['/v1/traces']);

    const logged = linesOf(serve.out).filter(({ trace_id }) => trace_id === TRACE);
    assert.deepEqual(
      logged.map(({ msg, span_id }) => [msg, span_id]),
      [
        ['room.claimed', claim.spanId],
        ['answered', request.spanId],
      ],
    );
    const [entry] = linesOf((await readFile(audit, 'utf8')).trim().split('\n'));
    assert.deepEqual([entry?.request, entry?.trace_id], ['call-7', TRACE]);
  });

  test('no room and no path is in the name of a span; probes of the process are told only to who traces them', async (t) => {
    const collector = await startCollector(t);
    const serve = await startServe(t, topology, '--traces', `${collector.url}/`);
    const room = 'r-91c2d7';
    const get = (path: string, headers = {}) => fetch(`${serve.url}${path}`, { headers });
    await put(serve.url, room);
    await get(`/v1/rooms/${room}`);
    await fetch(`${serve.url}/v1/rooms/${room}`, { method: 'DELETE' });
    await get('/v1/nodes/sfu-2');
    await get(`/nowhere/${room}`);
    for (const path of ['/healthz', '/readyz', '/metrics']) await get(path);
    await get('/readyz', { traceparent });
    // Not what traceparent looks like.
    await get('/v1/loads', { traceparent: `00-${TRACE}-0000000000000000-01` });
    const rooms = Array.from({ length: 400 }, (_, i) => `${room}-${i}`);
    await fetch(`${serve.url}/v1/placements`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rooms }),
    });
    await serve.stop();

    const requests = collector.spans.filter(({ kind }) => kind === 'SERVER');
    assert.deepEqual(requests.map(({ name }) => name).toSorted(), [
      'DELETE /v1/rooms/:room',
      'GET',
      'GET /readyz',
      'GET /v1/loads',
      'GET /v1/nodes/:id',
      'GET /v1/rooms/:room',
      'POST /v1/placements',
      PUT,
    ]);
    assert.ok(collector.spans.every(({ name }) => !name.includes(room)));
    assert.equal(collector.only('GET /v1/nodes/:id').attributes['roomlb.node'], 'sfu-2');
    assert.equal(collector.only('GET').attributes['http.response.status_code'], 404);
    assert.equal(collector.only('GET /readyz').traceId, TRACE);
    assert.notEqual(collector.only('GET /v1/loads').traceId, TRACE);
    assert.equal(collector.only('lookup').attributes['roomlb.result'], 'claim');
    assert.equal(collector.only('release').attributes['roomlb.result'], 'released');
    // A request about very many rooms does not drown all else.
    const placements = collector.only('POST /v1/placements');
    const children = collector.childrenOf(placements).length;
    assert.ok(children > 0 && children < rooms.length);
    assert.equal(placements.attributes['roomlb.spans_left_out'], rooms.length - children);
  });

  test(
    'what Redis is asked for a request is told, and what it is asked besides is not',
    { skip: NO_REDIS },
    async (t) => {
      const secret = 'sesame-of-redis';
      const redis = await startRedis({
        args: ['--requirepass', secret],
        cliArgs: ['--no-auth-warning', '-a', secret],
      });
      t.after(() => redis.remove());
      const collector = await startCollector(t);
      environment(t, { ROOMLB_REDIS_PASSWORD: secret });
      const store = ['--store', `redis://127.0.0.1:${redis.port}/1`];
      const serve = await startServe(t, topology, '--traces', collector.url, ...store);
      await put(serve.url, 'standup', { traceparent });
      const patched = await fetch(`${serve.url}/v1/nodes/sfu-1`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: '{"weight":7}',
      });
      assert.equal(patched.status, 200);
      // It was looked at by polling, too.
      await until('the claim to be followed', async () => {
        const loads = (await (await fetch(`${serve.url}/v1/loads`)).json()) as { loads: unknown[] };
        return loads.loads.length === 1;
      });
      await serve.stop();

      const create = collector.only('EVALSHA create');
      assert.deepEqual(create.attributes, {
        'db.system.name': 'redis',
        'db.namespace': '1',
        'db.operation.name': 'EVALSHA',
        'db.stored_procedure.name': 'create',
        'server.address': '127.0.0.1',
        'server.port': redis.port,
      });
      assert.equal(create.kind, 'CLIENT');
      const parent = collector.only('store create');
      assert.deepEqual([create.traceId, create.parentId], [TRACE, parent.spanId]);
      assert.equal(parent.parentId, collector.only('claim').spanId);
      const edit = collector.only('topology edit');
      assert.equal(edit.attributes['roomlb.result'], 'changed');
      const write = collector.only('store write topology');
      assert.equal(write.parentId, edit.spanId);
      assert.equal(collector.only('EVALSHA writeTopology').parentId, write.spanId);
      const roots = collector.spans.filter(({ parentId }) => parentId === '');
      assert.deepEqual([...new Set(roots.map(({ kind }) => kind))], ['SERVER']);
      assert.ok(collector.bodies.every((body) => !body.includes(secret)));
    },
  );

  test('a balancer is planned, changed and verified in a trace of its own, or in that of who has it applied', async (t) => {
    const collector = await startCollector(t);
    const site = await fileSite(t);
    const args = ['--traces', collector.url, '--apply', 'lb-1', '--state-dir', site.state];
    const serve = await startServe(t, site.topology, ...args);
    await until('the file is written', async () => (await site.status(serve.url)).standing === 'in-sync');
    const applied = await fetch(`${serve.url}/v1/targets/lb-1/apply`, {
      method: 'POST',
      headers: { traceparent },
    });
    assert.equal(applied.status, 200, await applied.text());
    await serve.stop();

    const applies = collector.spans.filter(({ name }) => name === 'balancer apply');
    const first = applies.find((span) => span.attributes['roomlb.result'] === 'applied');
    assert.ok(first);
    assert.equal(first.parentId, '');
    const { 'roomlb.balancer': balancer, 'roomlb.target': target, 'roomlb.steps': steps } = first.attributes;
    assert.deepEqual([balancer, target, steps], ['lb-1', 'file', 2]);
    assert.deepEqual(
      collector.childrenOf(first).map(({ name }) => name),
      ['balancer plan', 'balancer change', 'balancer verify'],
    );
    const asked = applies.find(({ traceId }) => traceId === TRACE);
    assert.ok(asked);
    assert.equal(asked.parentId, collector.only('POST /v1/targets/:target/apply').spanId);
    assert.equal(asked.attributes['roomlb.result'], 'unchanged');
  });

  test('no secret is in a span, whichever way it came', async (t) => {
    const collector = await startCollector(t);
    const secrets = {
      query: 'secret-in-a-query',
      token: 'rlb_secret-in-a-header',
      basic: 'secret-of-basic',
      cookie: 'secret-in-a-cookie',
      body: 'secret-in-a-body',
      collector: 'secret-of-the-collector',
    };
    environment(t, { OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secrets.collector}` });
    const { out } = await roomlb('token', 'new', 'ops', '--scope', 'read', 'rooms:write', 'topology:write');
    const [token = ''] = /rlb_\S+/.exec(out) ?? [];
    const tokens = join(folder, 'tokens');
    await writeFile(
      tokens,
      out.split('\n').find((line) => line.startsWith('ops '))!,
      { mode: 0o600 },
    );
    const serve = await startServe(t, topology, '--traces', collector.url, '--tokens', tokens);
    const ask = async (path: string, headers: object, init: RequestInit = {}) =>
      (await fetch(serve.url + path, { ...init, headers: { cookie: secrets.cookie, ...headers } })).status;
    const known = { authorization: `Bearer ${token}` };
    const statuses = [
      await ask(`/v1/rooms/a?token=${secrets.query}`, known, { method: 'PUT' }),
      await ask(`/v1/events?access_token=${secrets.query}`, { authorization: `Bearer ${secrets.token}` }),
      await ask(`/v1/loads?token=${secrets.query}`, { authorization: `Basic ${secrets.basic}` }),
      await ask(
        '/v1/nodes/sfu-1',
        { ...known, 'content-type': 'application/json' },
        {
          method: 'PATCH',
          body: JSON.stringify({ password: secrets.body }),
        },
      ),
    ];
    assert.deepEqual(statuses, [201, 401, 401, 422]);
    await serve.stop();

    assert.ok(names(collector).includes('GET /v1/events'));
    assert.equal(collector.headers[0]?.authorization, `Bearer ${secrets.collector}`);
    for (const secret of [token, token.slice(4), ...Object.values(secrets)])
      for (const text of [...collector.bodies, ...serve.out, serve.err()])
        assert.ok(!text.includes(secret), `${secret} in ${String(text)}`);
  });

  test('an event stream is answered once it begins, a WebSocket once it is open, and a refused one is told', async (t) => {
    const collector = await startCollector(t);
    environment(t, { OTEL_BSP_SCHEDULE_DELAY: '50' });
    const serve = await startServe(t, topology, '--traces', collector.url);
    const stop = new AbortController();
    t.after(() => stop.abort());
    const stream = await fetch(`${serve.url}/v1/events`, { signal: stop.signal });
    assert.equal(stream.status, 200);
    const open = new WebSocket(`${serve.url.replace('http', 'ws')}/v1/events`);
    t.after(() => open.terminate());
    const refused = new WebSocket(`${serve.url.replace('http', 'ws')}/v1/events?kind=nothing.`);
    refused.on('error', () => undefined);
    const statuses = () =>
      collector.spans.map(({ attributes }) => attributes['http.response.status_code']).toSorted();
    // While both are open.
    await until('all three to be told', () => collector.spans.length === 3);
    assert.deepEqual(statuses(), [101, 200, 400]);
    await serve.stop();
  });
});

describe('the environment of OpenTelemetry', () => {
  test('switches traces on, and says what they are called and how many there are', async (t) => {
    const collector = await startCollector(t);
    environment(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp`,
      OTEL_SERVICE_NAME: 'rooms',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    });
    const serve = await startServe(t, topology, '--log-level', 'debug');
    await put(serve.url, 'not-sampled');
    await put(serve.url, 'sampled', { traceparent });
    await serve.stop();
    assert.deepEqual(collector.paths, ['/otlp/v1/traces']);
    const { resource } = collector.only(PUT);
    assert.equal(resource['service.name'], 'rooms');
    assert.equal(resource['deployment.environment.name'], 'test');
    assert.deepEqual([resource['roomlb.cluster'], resource['process.pid']], ['small', serve.child.pid]);
    assert.equal(collector.only('claim').attributes['roomlb.room'], 'sampled');
  });

  test('without it, or switched off, the SDK is not even loaded', async (t) => {
    const collector = await startCollector(t);
    const loaded = `data:text/javascript,${encodeURIComponent(`
      import { createRequire } from 'node:module';
      import { writeSync } from 'node:fs';
      const { cache } = createRequire('/');
      process.on('exit', () => writeSync(2, Object.keys(cache).join('\\n') + '\\n'));`)}`;
    environment(t, { NODE_OPTIONS: `--import ${loaded}` });
    const modules = async (...args: string[]) => {
      const serve = await startServe(t, topology, ...args);
      await put(serve.url, 'standup');
      await serve.stop();
      const found = [...serve.err().matchAll(/node_modules\/(@opentelemetry\/[\w-]+|fastify)\//g)];
      return [...new Set(found.map(([, name]) => name))].toSorted();
    };
    // prom-client needs the interface.
    const without = ['@opentelemetry/api', 'fastify'];
    assert.deepEqual(await modules(), without);
    environment(t, { OTEL_SDK_DISABLED: 'true' });
    assert.deepEqual(await modules('--traces', collector.url), without);
    delete process.env.OTEL_SDK_DISABLED;
    assert.ok((await modules('--traces', collector.url)).includes('@opentelemetry/sdk-trace'));
    assert.equal(collector.only(PUT).attributes['roomlb.room'], 'standup');
  });
});

describe('a collector that takes nothing', () => {
  const lost = async (url: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^roomlb_trace_spans_total\{result="lost"\} (\d+)$/m.exec(text)?.[1]);
  };
  /** Longer than this test runs: whoever waits for the collector is seen to. */
  const HOUR = '3600000';
  /** Milliseconds: far more than a busy machine needs for what is bounded by two seconds. */
  const FAR_TOO_LONG = 45_000;

  const endsSoon = async (ended: Promise<number | null>) => {
    const stop = new AbortController();
    const late = sleep(FAR_TOO_LONG, 'it waits', stop).catch(() => 'aborted');
    assert.equal(await Promise.race([ended, late]), 0);
    stop.abort();
  };

  test('and hangs holds up neither answers nor the end', async (t) => {
    const collector = await startCollector(t, () => undefined);
    environment(t, {
      OTEL_EXPORTER_OTLP_TIMEOUT: HOUR,
      OTEL_BSP_EXPORT_TIMEOUT: HOUR,
      OTEL_BSP_SCHEDULE_DELAY: '10',
    });
    const serve = await startServe(t, topology, '--traces', collector.url);
    assert.equal((await put(serve.url, 'first')).status, 201);
    await until('the collector to be asked', () => collector.bodies.length > 0);
    assert.equal((await put(serve.url, 'second')).status, 201);
    await endsSoon(serve.stop());
    const told = linesOf(serve.out).filter(({ msg }) => String(msg).startsWith('traces: '));
    assert.deepEqual(
      told.map(({ why, lost: spans }) => [why, spans]),
      [['bringing the last spans took longer than 2000 ms', 8]],
    );
  });

  test('and is away is told of once, and what is lost is counted', async (t) => {
    const port = await sparePort();
    environment(t, { OTEL_EXPORTER_OTLP_TIMEOUT: '100', OTEL_BSP_SCHEDULE_DELAY: '10' });
    const serve = await startServe(t, topology, '--traces', `http://127.0.0.1:${port}`);
    for (let room = 1; room <= 3; room++) {
      assert.equal((await put(serve.url, `r-${room}`)).status, 201);
      await until('it to be lost', async () => (await lost(serve.url)) === room * 4);
    }
    await endsSoon(serve.stop());
    const told = linesOf(serve.out).filter(({ msg }) => String(msg).startsWith('traces: '));
    assert.equal(told.length, 1, serve.out.join('\n'));
    assert.match(String(told[0]?.why), /ECONNREFUSED/);
  });

  test('and refuses is told of with its status', async (t) => {
    const collector = await startCollector(t, (_, response) => response.writeHead(401).end());
    environment(t, { OTEL_BSP_SCHEDULE_DELAY: '10' });
    const serve = await startServe(t, topology, '--traces', collector.url);
    await put(serve.url, 'standup');
    await until('it to be lost', async () => (await lost(serve.url)) === 4);
    await endsSoon(serve.stop());
    const told = linesOf(serve.out).filter(({ msg }) => String(msg).startsWith('traces: '));
    assert.match(String(told[0]?.why), /Unauthorized/);
  });
});
