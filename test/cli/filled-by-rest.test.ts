/** A cluster that begins as a name, is filled by REST, survives kill -9, and is emptied again. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TARGETS } from '../../src/targets/registry.ts';
import { startServe } from './roomlb-process.ts';

const VIP = { addresses: ['203.0.113.10'], signalling: { port: 80 }, media: { ports: '40000-40099' } };
const node = (number: number) => ({
  ...{ kind: 'mediasoup', vip: 'public', addresses: [`10.0.1.${number}`] },
  ...{ signallingPort: 4443, mediaPorts: 40_000 + number },
});
const WINDOW = { cron: '0 3 * * *', duration: '30m', nodes: ['sfu-1'] };

/** As Terraform would, in the order of what depends on what. */
const STEPS: readonly (readonly [path: string, body: object, made: number])[] = [
  ['vips/public', VIP, 201],
  ['nodes/sfu-1', node(1), 201],
  ['nodes/sfu-2', node(2), 201],
  ['policies/placement', { loadBound: 2 }, 200],
  ['policies/health', { fall: 5 }, 200],
  ['pins/all-hands', { node: 'sfu-2' }, 201],
  ['maintenance/updates', WINDOW, 201],
];

test('a topology of a name alone is served, filled step by step, kept, and emptied in reverse', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-filled-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'topology.yaml');
  await writeFile(file, 'cluster: yet-empty\n');
  const store = ['--store', `file:${join(folder, 'store')}`];
  let serve = await startServe(t, file, ...store);
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, ...(body && { headers, body: JSON.stringify(body) }) };
    const answer = await fetch(`${serve.url}/${path}`, init);
    const text = await answer.text();
    const json = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, body: json ? JSON.parse(text) : text };
  };
  const get = async (path: string) => {
    const { status, body } = await ask('GET', path);
    assert.equal(status, 200, path);
    return body;
  };
  assert.match(serve.err(), /topology\.yaml.*: warning: vips: there is none/);

  const empty = await get('v1/topology');
  assert.deepEqual([empty.vips, empty.nodes], [[], []]);
  for (const path of ['readyz', 'metrics', 'v1/health', 'v1/intent', 'v1/nodes', 'v1/explain/rooms/r'])
    await get(path);
  const refused = await ask('PUT', 'v1/rooms/r');
  assert.equal(refused.status, 503);
  assert.equal(refused.body.detail, 'the topology has no node that could take a room');
  const previewed = await ask('POST', 'v1/placements', { rooms: ['r'] });
  assert.deepEqual(previewed.body.unplaced, [{ room: 'r', reasons: [] }]);
  for (const { name } of TARGETS) {
    const { status } = await ask('GET', `v1/config/${name}`);
    assert.ok(status === 200 || status === 422, `${name}: ${status}`);
  }

  // What depends on what is not there yet is refused, and says so.
  const early = await ask('PUT', 'v1/nodes/sfu-1', node(1));
  assert.equal(early.status, 422);
  assert.match(early.body.detail, /there is no VIP public/);
  for (const [path, body, made] of STEPS) {
    const { status, body: answer } = await ask('PUT', `v1/${path}`, body);
    assert.equal(status, made, `${path} ${JSON.stringify(answer)}`);
    assert.equal((await ask('PUT', `v1/${path}`, body)).status, 200, path);
  }
  const claimed = await ask('PUT', 'v1/rooms/all-hands');
  assert.deepEqual([claimed.status, claimed.body.node.id, claimed.body.decision], [201, 'sfu-2', 'pin']);
  const full = await get('v1/topology');

  await serve.stop('SIGKILL');
  serve = await startServe(t, file, ...store);
  assert.deepEqual(await get('v1/topology'), full);
  assert.equal((await ask('PUT', 'v1/rooms/all-hands')).body.decision, 'claim');

  for (const [path] of [...STEPS].reverse()) {
    if (path === 'nodes/sfu-2') {
      assert.equal((await ask('DELETE', `v1/${path}?ifEmpty=true`)).status, 409);
      assert.equal((await ask('DELETE', 'v1/rooms/all-hands')).status, 204);
      assert.equal((await ask('DELETE', `v1/${path}?ifEmpty=true`)).status, 204);
      continue;
    }
    const last = path === 'nodes/sfu-1';
    if (last) assert.equal((await ask('DELETE', `v1/${path}`)).status, 409);
    const { status, body } = await ask('DELETE', `v1/${path}${last ? '?allowEmpty=true' : ''}`);
    assert.equal(status, 204, `${path} ${JSON.stringify(body)}`);
  }
  assert.deepEqual(await get('v1/topology'), empty);
  assert.equal(await serve.stop(), 0);
});
