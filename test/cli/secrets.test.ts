/** Secrets that are planted wherever they may be, and must come up nowhere. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newToken } from '../../src/auth/token.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

test('no secret is in a log, an answer, a metric, the audit log, or what a command prints', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-secrets-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const topology = await file('topology.yaml', SMALL);
  const made = (
    await roomlb('token', 'new', 'ann', '--scope', 'read', 'nodes:write', 'metrics', '--json')
  ).json() as {
    token: string;
    line: string;
  };
  const secrets = {
    good: made.token,
    unknown: newToken(),
    query: newToken(),
    jwt: `eyJh.eyJz.${newToken()}`,
  };
  const audit = join(folder, 'audit.jsonl');
  const tokens = await file('tokens', made.line);
  const server = await startServe(
    t,
    topology,
    '--tokens',
    tokens,
    '--audit-log',
    audit,
    '--log-level',
    'debug',
  );

  const said: string[] = [];
  const ask = async (path: string, token: string, method = 'GET', headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${token}`;
    const answer = await fetch(`${server.url}${path}`, { method, headers: { authorization, ...headers } });
    said.push(JSON.stringify([...answer.headers]), await answer.text());
    return answer.status;
  };
  assert.equal(await ask('/v1/nodes', secrets.good), 200);
  assert.equal(await ask('/v1/nodes', secrets.unknown), 401);
  assert.equal(await ask('/v1/nodes', secrets.jwt), 401);
  assert.equal(await ask(`/v1/nodes?access_token=${secrets.query}`, secrets.good), 200);
  assert.equal(await ask(`/v1/nodes/sfu-1/drain?access_token=${secrets.query}`, secrets.good, 'POST'), 200);
  assert.equal(await ask('/v1/rooms/r', secrets.good, 'PUT'), 403);
  assert.equal(await ask('/v1/nodes/nobody/drain', secrets.good, 'POST', { cookie: secrets.query }), 404);
  assert.equal(await ask('/metrics', secrets.good), 200);

  const shown = [await file('good', secrets.good), await file('unknown', secrets.unknown)];
  for (const one of shown) {
    for (const command of [
      ['health', '--json'],
      ['drain', 'sfu-1', '--json'],
      ['probe', 'sfu-1', '--json'],
    ]) {
      const { out, err } = await roomlb(...command, '--dispatcher', server.url, '--token-file', one);
      said.push(out, err);
    }
  }
  // Somebody took the files for one another.
  said.push((await roomlb('serve', '-t', topology, '--tokens', shown[1]!)).err);
  await writeFile(tokens, `ann ${secrets.good} read\n`);
  server.child.kill('SIGHUP');
  await server.line(/cannot be read again/);
  assert.equal(await server.stop(), 0);

  const places = { answers: said.join('\n'), log: server.out.join('\n'), errors: server.err(), audit: '' };
  places.audit = await readFile(audit, 'utf8');
  assert.match(places.log, /"path":"\/v1\/nodes"/);
  assert.match(places.audit, /"who":"ann"/);
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries(secrets))
      assert.ok(!text.includes(secret), `${name} in ${place}`);
  }
});
