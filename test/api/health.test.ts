import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smallServer } from '../fixtures/cluster.ts';

describe('GET /v1/health', () => {
  test('lists every node of the topology, also where nobody checks it', async () => {
    const { app, dispatcher } = await smallServer();
    const answer = await app.inject('/v1/health');
    assert.equal(answer.statusCode, 200, answer.body);
    const { nodes, vips, panic, probing, revision } = answer.json();
    assert.equal(revision, dispatcher.snapshot.revision);
    assert.equal(probing, 'off');
    assert.deepEqual(panic, { on: false, threshold: null, silent: 0, answering: 0 });
    assert.deepEqual(vips, []);
    assert.deepEqual(
      nodes.map(({ node, admin, state, live }: Record<string, unknown>) => [node, admin, state, live]),
      [
        ['jan-1', 'active', 'unknown', null],
        ['sfu-1', 'active', 'unknown', null],
        ['sfu-2', 'active', 'unknown', null],
        ['sfu-3', 'active', 'unknown', null],
        ['sfu-4', 'draining', 'unknown', null],
      ],
    );
  });

  test('of one node it has the history too; of one that is not there a problem', async () => {
    const { app } = await smallServer();
    const answer = await app.inject('/v1/nodes/sfu-1/health');
    assert.equal(answer.statusCode, 200, answer.body);
    assert.deepEqual(answer.json().history, []);
    const missing = await app.inject('/v1/nodes/nobody/health');
    assert.equal(missing.statusCode, 404);
    assert.match(String(missing.headers['content-type']), /problem\+json/);
  });
});
