/**
 * Bytes that are no WebSocket frames, or not of the protocol, on the connection of a media node or of whoever follows events: that
 * connection is closed, and the server goes on for everybody else.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { smallServer } from '../../fixtures/cluster.ts';
import { helloSaid, roomsSaid } from '../../nodes/said.ts';
import { byMistake, hostileJson, hostileText } from './hostile.ts';

/** Milliseconds after which a connection is said to hang. */
const HANGS = 60_000;

/** RFC 6455 section 5.2. */
const OPCODE = { continuation: 0, text: 1, binary: 2, reserved: 3, close: 8, ping: 9, pong: 10 };

let app: FastifyInstance;
before(async () => {
  ({ app } = await smallServer());
  await app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => app.close());

const hello = helloSaid() as unknown as fc.JsonValue;
const rooms = roomsSaid(['standup']) as unknown as fc.JsonValue;
const subscribe: fc.JsonValue = { type: 'subscribe', kinds: ['room.'], after: '0123456789ab:1' };

/** Nothing that ends in a clean state: each is followed by a frame that no server may take. */
const frames: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.constantFrom(...Object.values(OPCODE)), fc.boolean(), hostileText)
    .map(([opcode, last, text]) => {
      return frame(opcode, Buffer.from(text), last);
    }),
  fc
    .oneof(
      ...[hello, rooms, subscribe].map((said) => byMistake(fc.constant(said))),
      hostileJson,
      fc.constant(hello),
    )
    .map((value) => frame(OPCODE.text, Buffer.from(JSON.stringify(value)))),
  // A length of 2^63, and one that is more than is sent.
  fc.constantFrom('81ff8000000000000000', '81fe00ff00000000').map((hex) => Buffer.from(hex, 'hex')),
);

for (const [whose, path] of [
  ['a media node', '/v1/nodes/sfu-1/heartbeat'],
  ['events', '/v1/events'],
] as const) {
  describe(`the WebSocket of ${whose}`, () => {
    test('is closed, whatever comes, and others are answered', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 4 }), async (several) => {
          await sendAll(path, [...several, frame(OPCODE.reserved, Buffer.from('x'))]);
        }),
        { numRuns: 150 },
      );
      const { statusCode } = await app.inject({ method: 'PUT', url: `/v1/rooms/${whose}` });
      assert.equal(statusCode, 201);
    });
  });
}

/** Shakes hands, sends the bytes, says that no more will come, and waits for the server to close. */
async function sendAll(path: string, bytes: readonly Buffer[]): Promise<void> {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port });
  // Whether it ends by FIN or by RST is the server's choice.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString('latin1'), /^HTTP\/1\.1 101 /);
  const stop = new AbortController();
  const closed = new Promise((resolve) => socket.on('close', () => resolve(true)));
  for (const one of bytes) socket.write(one);
  socket.end();
  const hangs = sleep(HANGS, false, { signal: stop.signal }).catch(() => false);
  assert.ok(await Promise.race([closed, hangs]), `still open after ${HANGS / 1000} s`);
  stop.abort();
}

/** A masked frame, the mask being zero (RFC 6455 section 5.3). */
function frame(opcode: number, payload: Buffer, last = true): Buffer {
  const { length } = payload;
  const head = [(last ? 0x80 : 0) | opcode];
  if (length < 126) head.push(0x80 | length);
  else if (length < 65_536) head.push(0xfe, length >> 8, length & 0xff);
  else head.push(0xff, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff);
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload]);
}
