/** Which files of the dispatcher's machine an edit by REST can have sent to a node. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { SMALL, smallServer } from '../fixtures/cluster.ts';

const DECLARED = `
health: { checks: [{ type: janus, adminSecretFile: /etc/roomlb/janus }] }
`;

function put(app: FastifyInstance, ...checks: readonly object[]) {
  return app.inject({ method: 'PUT', url: '/v1/policies/health', payload: { checks } });
}

describe('an edit by REST', () => {
  test('names no file of secrets that the topology file does not', async () => {
    const { app } = await smallServer(SMALL + DECLARED);
    const before = (await app.inject('/v1/policies/health')).json<object>();
    const stolen = { type: 'janus', adminSecretFile: '/etc/roomlb/node-key' };
    const answer = await put(app, { type: 'tcp' }, stolen);
    assert.equal(answer.statusCode, 422);
    const [fault] = answer.json<{ faults: { path: string; message: string }[] }>().faults;
    assert.equal(fault?.path, 'health.checks[1].adminSecretFile');
    assert.match(fault.message, /node-key is no file that the topology file names/);
    const payload = { checks: [stolen] };
    const patched = await app.inject({ method: 'PATCH', url: '/v1/policies/health', payload });
    assert.equal(patched.statusCode, 422);
    assert.deepEqual((await app.inject('/v1/policies/health')).json(), before);
  });

  test('may name one that it does, and name it again after it was taken out', async () => {
    const { app } = await smallServer(SMALL + DECLARED);
    const declared = { type: 'janus', adminSecretFile: '/etc/roomlb/janus' };
    assert.equal((await put(app, { type: 'tcp' })).statusCode, 200);
    assert.equal((await put(app, { type: 'tcp' }, { ...declared, adminPort: 7889 })).statusCode, 200);
    assert.equal((await put(app, { type: 'janus' })).statusCode, 200);
  });
});
