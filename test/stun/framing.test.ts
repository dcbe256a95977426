import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StunError } from '../../src/stun/error.ts';
import { frame, FrameReader } from '../../src/stun/framing.ts';

const packets = fc.array(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

test('packets come out as they went in, however the stream is cut; null frames are passed over', () => {
  fc.assert(
    fc.property(packets, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (list, sizes) => {
      const stream = Buffer.concat(list.map(frame));
      const reader = new FrameReader();
      const read: Buffer[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length]!;
        read.push(...reader.push(stream.subarray(at, at + size)).map((packet) => Buffer.from(packet)));
        at += size;
      }
      assert.deepEqual(
        read,
        list.filter((packet) => packet.length > 0),
      );
    }),
    { numRuns: 200 },
  );
});

test('a frame that announces more than the limit is refused before it is stored', () => {
  const reader = new FrameReader(100);
  assert.throws(
    () => reader.push(Buffer.from([0, 101])),
    (error) => error instanceof StunError && error.fault === 'too-long',
  );
});

test('a packet that two bytes cannot count is refused', () => {
  assert.throws(() => frame(Buffer.alloc(65536)), StunError);
});
