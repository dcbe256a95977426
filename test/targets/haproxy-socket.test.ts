/** Who is on HAProxy's sockets: nobody, or somebody who cannot be asked. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { askIfThere } from '../../src/targets/haproxy/driver/socket.ts';

test('nobody listens where there is no socket or none behind it; what cannot be opened says nothing of that', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-socket-'));
  t.after(() => rm(folder, { recursive: true }));
  const [none, left, loop, there] = ['none', 'left', 'loop', 'there'].map((name) => join(folder, name)) as [
    ...[string, string, string, string],
  ];
  await writeFile(left, '');
  await symlink(loop, loop);
  const server = createServer((socket) => socket.end('Pid: 7\n')).listen(there);
  t.after(() => server.close());
  await once(server, 'listening');
  assert.equal(await askIfThere(there, 'show info'), 'Pid: 7');
  assert.equal(await askIfThere(none, 'show info'), undefined);
  assert.equal(await askIfThere(join(none, 'below'), 'show info'), undefined);
  assert.equal(await askIfThere(left, 'show info'), undefined);
  await assert.rejects(askIfThere(loop, 'show info'), { kind: 'unreachable', message: /loop.*ELOOP/ });
});
