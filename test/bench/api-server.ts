/** The servers that api.ts measures, each in a process of its own: `api-server.ts memory|file|bare`. */
import Fastify from 'fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildServer } from '../../src/api/server.ts';
import { Dispatcher } from '../../src/dispatcher/dispatcher.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { openStore } from '../../src/store/open.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { clusterOf } from './cluster.ts';

const NODES = 100;
const kind = process.argv[2] ?? 'memory';
const folder = await mkdtemp(join(tmpdir(), 'roomlb-bench-'));
const store = await openStore(kind === 'file' ? `file:${folder}` : 'memory');
const dispatcher = new Dispatcher(store.claims, clusterOf(NODES));
const editor = new TopologyEditor(store.topology, dispatcher);
const real = await buildServer({ dispatcher, editor, targets: TARGETS, ready: () => store.ready() });
const app = kind === 'bare' ? await bareServer() : real;

await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.send?.(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
process.on('disconnect', () => void shutDown());

/** Answers with what the real server would: constants, of the same size and type. */
async function bareServer() {
  const bare = Fastify();
  const room = await real.inject({ method: 'PUT', url: '/v1/rooms/room-12345' });
  const preview = await real.inject({
    method: 'POST',
    url: '/v1/placements',
    payload: { rooms: Array.from({ length: 10 }, (_, i) => `room-12345-${i}`) },
  });
  const json = 'application/json; charset=utf-8';
  bare.put('/v1/rooms/:room', (_, reply) => reply.type(json).send(room.body));
  bare.post('/v1/placements', (_, reply) => reply.type(json).send(preview.body));
  return bare;
}

async function shutDown() {
  await app.close();
  await store.close();
  await rm(folder, { recursive: true });
  process.exit(0);
}
