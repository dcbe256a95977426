import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  BINDING,
  decodeMessage,
  encodeMessage,
  looksLikeStun,
  MAX_MESSAGE_BYTES,
  StunError,
  verifyIntegrity,
  type MessageFields,
} from '../../src/stun/message.ts';
import { computeFingerprint } from '../../src/stun/integrity.ts';
import { LONG_TERM_REQUEST, PASSWORD, REQUEST, RESPONSE_V4, RESPONSE_V6, TRANSACTION_ID } from './rfc5769.ts';

const fault = (name: string) => (error: unknown) => error instanceof StunError && error.fault === name;

describe('the packets of RFC 5769', () => {
  test('the request is read and its signature and fingerprint hold', () => {
    const message = decodeMessage(REQUEST);
    assert.equal(message.class, 'request');
    assert.equal(message.method, BINDING);
    assert.deepEqual(message.transactionId, TRANSACTION_ID);
    assert.equal(message.software, 'STUN test client');
    assert.equal(message.username, 'evtj:h6vY');
    assert.equal(message.priority, 0x6e0001ff);
    assert.equal(message.iceControlled, 0x932ff9b151263b36n);
    assert.equal(message.fingerprinted, true);
    assert.deepEqual(message.notUnderstood, []);
    assert.equal(verifyIntegrity(REQUEST, message, PASSWORD), true);
    assert.equal(verifyIntegrity(REQUEST, message, `${PASSWORD}x`), false);
  });

  for (const [name, packet, address] of [
    ['IPv4', RESPONSE_V4, { family: 4, address: '192.0.2.1', port: 32853 }],
    ['IPv6', RESPONSE_V6, { family: 6, address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 }],
  ] as const) {
    test(`the ${name} response is read and its signature and fingerprint hold`, () => {
      const message = decodeMessage(packet);
      assert.equal(message.class, 'success');
      assert.deepEqual(message.mappedAddress, address);
      assert.equal(message.fingerprinted, true);
      assert.equal(verifyIntegrity(packet, message, PASSWORD), true);
    });

    test(`the ${name} response is written again, but for the padding`, () => {
      const { class: kind, transactionId, software, mappedAddress } = decodeMessage(packet);
      const written = encodeMessage(
        { class: kind, transactionId, software: software!, mappedAddress: mappedAddress! },
        { password: PASSWORD },
      );
      assert.equal(written.length, packet.length);
      const padding = packet.indexOf('vector') + 'vector'.length;
      const signed = packet.length - 32;
      const copy = Buffer.from(packet);
      copy[padding] = 0;
      assert.deepEqual(written.subarray(0, signed), copy.subarray(0, signed));
    });
  }

  test('the request with long-term credentials is read, and what we do not speak is named', () => {
    const message = decodeMessage(LONG_TERM_REQUEST);
    assert.equal(message.username, 'マトリックス');
    assert.deepEqual(message.notUnderstood, [0x0015, 0x0014]);
    assert.equal(message.fingerprinted, false);
    const key = createHash('md5').update('マトリックス:example.org:TheMatrIX').digest();
    assert.equal(verifyIntegrity(LONG_TERM_REQUEST, message, key), true);
  });
});

const text = (max: number) =>
  fc.string({ maxLength: max, unit: 'grapheme-composite' }).filter((s) => Buffer.byteLength(s) <= max);
const transactionId = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const mappedAddress = fc.oneof(
  fc.record(
    { family: fc.constant(4 as const), address: fc.ipV4(), port: fc.nat(65535) },
    { noNullPrototype: true },
  ),
  fc.record(
    {
      family: fc.constant(6 as const),
      address: fc.constantFrom('::1', '2001:db8::1', 'fd00:1::11', 'ff02::fb', '::'),
      port: fc.nat(65535),
    },
    { noNullPrototype: true },
  ),
);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const fields: fc.Arbitrary<MessageFields> = fc.record(
  {
    class: fc.constantFrom('request', 'indication', 'success', 'error'),
    transactionId,
    method: fc.integer({ min: 0, max: 0xfff }),
    username: text(300),
    priority: fc.nat(0xffffffff),
    iceControlling: uint64,
    iceControlled: uint64,
    useCandidate: fc.boolean(),
    mappedAddress,
    errorCode: fc.record(
      { code: fc.integer({ min: 300, max: 699 }), reason: text(120) },
      { noNullPrototype: true },
    ),
    unknownAttributes: fc.array(fc.nat(0xffff), { maxLength: 5 }),
    software: text(120),
  },
  { requiredKeys: ['class', 'transactionId'], noNullPrototype: true },
);

describe('writing and reading', () => {
  test('what is written is read back, whatever the fields', () => {
    fc.assert(
      fc.property(fields, fc.option(text(40)), fc.boolean(), (given, password, fingerprint) => {
        const packet = encodeMessage(given, { fingerprint, ...(password === null ? {} : { password }) });
        const { notUnderstood, integrityOffset, fingerprinted, ...read } = decodeMessage(packet);
        assert.deepEqual(read, { method: BINDING, ...given, useCandidate: given.useCandidate ?? false });
        assert.deepEqual(notUnderstood, []);
        assert.equal(fingerprinted, fingerprint);
        assert.equal(integrityOffset !== undefined, password !== null);
        if (password !== null) assert.ok(verifyIntegrity(packet, decodeMessage(packet), password));
        assert.ok(looksLikeStun(packet));
      }),
      { numRuns: 200 },
    );
  });

  test('changing any bit of a signed message breaks its signature, or it is refused', () => {
    const packet = encodeMessage(
      { class: 'request', transactionId: TRANSACTION_ID, username: 'a:b', priority: 1 },
      { password: PASSWORD, fingerprint: false },
    );
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const changed = Buffer.from(packet);
      changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
      let proven: boolean;
      try {
        proven = verifyIntegrity(changed, decodeMessage(changed), PASSWORD);
      } catch (error) {
        assert.ok(error instanceof StunError);
        continue;
      }
      // The padding after `a:b` is signed too, so no bit is free.
      assert.equal(proven, false, `bit ${bit}`);
    }
  });

  test('an IPv4-mapped address of a dual-stack socket is written as the IPv4 address', () => {
    const packet = encodeMessage({
      class: 'success',
      transactionId: TRANSACTION_ID,
      mappedAddress: { family: 6, address: '::ffff:192.0.2.1', port: 5 },
    });
    assert.deepEqual(decodeMessage(packet).mappedAddress, { family: 4, address: '192.0.2.1', port: 5 });
  });

  test('values that have no place in a packet are refused', () => {
    const base = { class: 'request', transactionId: TRANSACTION_ID } as const;
    for (const bad of [
      { ...base, transactionId: Buffer.alloc(11) },
      { ...base, method: 0x1000 },
      { ...base, username: 'x'.repeat(509) },
      { ...base, priority: 2 ** 32 },
      { ...base, priority: -1 },
      { ...base, iceControlling: 2n ** 64n },
      { ...base, errorCode: { code: 200, reason: '' } },
      { ...base, mappedAddress: { family: 4, address: 'example.org', port: 1 } },
      { ...base, mappedAddress: { family: 4, address: '192.0.2.1', port: 65536 } },
    ] satisfies MessageFields[]) {
      assert.throws(() => encodeMessage(bad), fault('bad-field'));
    }
  });
});

/** A packet of the header and these attributes as they are, right in nothing but its length. */
function raw(...attributes: string[]): Buffer {
  const body = Buffer.from(attributes.join('').replaceAll(' ', ''), 'hex');
  const head = Buffer.from('000100002112a442b7e7a701bc34d686fa87dfae', 'hex');
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

describe('the decoder is strict', () => {
  for (const [what, packet, expected] of [
    ['nothing', Buffer.alloc(0), 'too-short'],
    ['half a header', REQUEST.subarray(0, 19), 'too-short'],
    ['a packet longer than any Binding', Buffer.alloc(MAX_MESSAGE_BYTES + 4), 'too-long'],
    ['RTP', Buffer.concat([Buffer.from([0x80]), REQUEST.subarray(1)]), 'not-stun'],
    [
      'another cookie',
      Buffer.concat([REQUEST.subarray(0, 4), Buffer.alloc(4), REQUEST.subarray(8)]),
      'not-stun',
    ],
    ['a packet cut short', REQUEST.subarray(0, REQUEST.length - 4), 'bad-length'],
    ['a packet with bytes after it', Buffer.concat([REQUEST, Buffer.alloc(4)]), 'bad-length'],
    ['an attribute longer than the packet', raw('0006 0010 61626364'), 'bad-attribute'],
    ['a USERNAME that is not UTF-8', raw('0006 0002 ff fe 0000'), 'bad-attribute'],
    ['a PRIORITY of two bytes', raw('0024 0002 0001 0000'), 'bad-attribute'],
    ['a signature of 16 bytes', raw('0008 0010', '00'.repeat(16)), 'bad-attribute'],
    ['an IPv6 address of 4 bytes', raw('0020 0008 0002 a147 e112a643'), 'bad-attribute'],
    ['an error code of 2xx', raw('0009 0004 00000200'), 'bad-attribute'],
    ['an error code of 4|100', raw('0009 0004 00000464'), 'bad-attribute'],
    ['a wrong fingerprint', raw('8028 0004 00000000'), 'bad-fingerprint'],
    [
      'many attributes',
      raw(...Array.from({ length: 40 }, (_, i) => `90${i.toString(16).padStart(2, '0')}0000`)),
      'too-many-attributes',
    ],
  ] as const) {
    test(`${what} is refused as ${expected}`, () => {
      assert.throws(() => decodeMessage(packet), fault(expected));
    });
  }

  test('attributes after FINGERPRINT are refused, even if the fingerprint counts them in', () => {
    const packet = raw('8028 0004 00000000', '8022 0000');
    packet.writeUInt32BE(computeFingerprint(packet, 20), 24);
    assert.throws(() => decodeMessage(packet), {
      fault: 'bad-fingerprint',
      message: 'attributes follow FINGERPRINT',
    });
  });

  test('of an attribute that occurs twice the first counts', () => {
    assert.equal(decodeMessage(raw('0024 0004 00000001', '0024 0004 00000002')).priority, 1);
  });

  test('what follows the signature does not count', () => {
    const message = decodeMessage(raw('0008 0014', '00'.repeat(20), '0024 0004 00000001', '7777 0000'));
    assert.equal(message.priority, undefined);
    assert.deepEqual(message.notUnderstood, []);
  });

  test('an unknown attribute is named only if it must be understood', () => {
    assert.deepEqual(decodeMessage(raw('7777 0001 61000000', '9999 0000')).notUnderstood, [0x7777]);
  });

  test('random bytes cause nothing but StunError', () => {
    const noise = fc.uint8Array({ maxLength: 200 });
    const afterHeader = noise.map((bytes) =>
      raw(Buffer.from(bytes.subarray(0, bytes.length & ~3)).toString('hex')),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          noise.map((bytes) => Buffer.from(bytes)),
          afterHeader,
        ),
        (packet) => {
          decodesOrRefuses(packet);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('damaged packets cause nothing but StunError, and nothing is read outside the packet', () => {
    const bytes = fc.array(fc.tuple(fc.nat(REQUEST.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(bytes, fc.nat(REQUEST.length), (damage, end) => {
        // In the middle of a larger memory, as packets are in Node's pool: what lies beside it must not matter.
        const read = [0x00, 0xff].map((around) => {
          const memory = Buffer.alloc(REQUEST.length + 64, around);
          const packet = memory.subarray(32, 32 + end);
          REQUEST.copy(packet);
          for (const [at, value] of damage) if (at < end) packet[at] = value;
          return decodesOrRefuses(packet);
        });
        assert.deepEqual(read[0], read[1]);
      }),
      { numRuns: 200 },
    );
  });
});

function decodesOrRefuses(packet: Buffer): unknown {
  try {
    const message = decodeMessage(packet);
    verifyIntegrity(packet, message, PASSWORD);
    return message;
  } catch (error) {
    assert.ok(error instanceof StunError, String(error));
    return error.message;
  }
}
