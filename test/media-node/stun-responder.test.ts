import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { decodeMessage, encodeMessage, type MessageFields } from '../../src/stun/message.ts';
import {
  DEFAULT_LIMIT,
  StunResponder,
  type StunOutcome,
  type StunResponderOptions,
} from '../../src/media-node/stun-responder.ts';
import { loopback, until } from './support.ts';

const PORT = 3478;
let next = 100;

async function start(t: TestContext, changes: Partial<StunResponderOptions> = {}) {
  const address = changes.addresses?.[0] ?? loopback(next++);
  const outcomes: StunOutcome[] = [];
  const responder = await StunResponder.start({
    addresses: [address],
    port: PORT,
    healthy: () => true,
    limit: DEFAULT_LIMIT,
    onOutcome: (outcome) => outcomes.push(outcome),
    ...changes,
  });
  t.after(() => responder.close());
  const client = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  client.bind(0, address.includes(':') ? '::1' : '127.0.0.1');
  await once(client, 'listening');
  t.after(() => client.close());
  const replies: Buffer[] = [];
  client.on('message', (packet, from) => {
    assert.equal(from.address, address, 'answered from the address that was asked');
    replies.push(packet);
  });
  /** Sends, and waits until the responder has decided. */
  const send = async (...packets: Buffer[]) => {
    const before = outcomes.length;
    for (const packet of packets) client.send(packet, PORT, address);
    await until('every packet is decided', () => outcomes.length >= before + packets.length);
    return outcomes.slice(before);
  };
  const port = client.address().port;
  return { send, replies, port, outcomes };
}

function binding(fields: Partial<MessageFields> = {}, fingerprint = false): Buffer {
  return encodeMessage({ class: 'request', transactionId: randomBytes(12), ...fields }, { fingerprint });
}

describe('plain STUN responder', () => {
  test('tells any Binding request where it came from', async (t) => {
    const { send, replies, port } = await start(t);
    const request = binding();
    assert.deepEqual(await send(request), ['answered']);
    await until('the reply is there', () => replies.length === 1);
    const reply = decodeMessage(replies[0]!);
    assert.equal(reply.class, 'success');
    assert.deepEqual(reply.transactionId, request.subarray(8, 20));
    assert.deepEqual(reply.mappedAddress, { family: 4, address: '127.0.0.1', port });
    assert.equal(reply.fingerprinted, false);
    assert.equal(replies[0]!.length - request.length, 12);
  });

  test('does so over IPv6, and with FINGERPRINT for those who send it', async (t) => {
    const { send, replies, port } = await start(t, { addresses: ['::1'], port: PORT });
    const request = binding({}, true);
    await send(request);
    await until('the reply is there', () => replies.length === 1);
    const reply = decodeMessage(replies[0]!);
    assert.deepEqual(reply.mappedAddress, { family: 6, address: '::1', port });
    assert.equal(reply.fingerprinted, true);
    assert.equal(replies[0]!.length - request.length, 24);
  });

  test('does not mind credentials that it cannot know', async (t) => {
    const { send } = await start(t);
    const packet = encodeMessage(
      { class: 'request', transactionId: randomBytes(12), username: 'any:one', priority: 1 },
      { password: 'x'.repeat(22) },
    );
    assert.deepEqual(await send(packet), ['answered']);
  });

  test('an attribute that must be understood and is not gets a 420 that names it, and is no longer', async (t) => {
    const { send, replies } = await start(t);
    const packet = Buffer.concat([
      binding(),
      Buffer.from([0x7f, 0x01, 0, 0]),
      Buffer.from([0x7f, 0x02, 0, 0]),
    ]);
    packet.writeUInt16BE(8, 2);
    assert.deepEqual(await send(packet), ['refused']);
    await until('the reply is there', () => replies.length === 1);
    const reply = decodeMessage(replies[0]!);
    assert.equal(reply.errorCode?.code, 420);
    assert.deepEqual(reply.unknownAttributes, [0x7f01, 0x7f02]);
    assert.ok(replies[0]!.length - packet.length <= 12);
  });

  test('is silent to all else: noise, responses, indications, other methods, broken packets', async (t) => {
    const { send, replies } = await start(t);
    const broken = binding({}, true);
    broken.writeUInt8(broken.readUInt8(broken.length - 1) ^ 1, broken.length - 1);
    const classic = binding();
    classic.writeUInt32BE(0, 4);
    const outcomes = await send(
      Buffer.alloc(0),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      binding({ class: 'success' }),
      binding({ class: 'error', errorCode: { code: 400, reason: '' } }),
      binding({ class: 'indication' }),
      binding({ method: 3 }),
      broken,
      classic,
      binding().subarray(0, 19),
    );
    assert.deepEqual([...new Set(outcomes)], ['ignored']);
    assert.equal(replies.length, 0);
  });

  test('is silent while the node is not healthy', async (t) => {
    let healthy = false;
    const { send, replies } = await start(t, { healthy: () => healthy });
    assert.deepEqual(await send(binding()), ['unhealthy']);
    healthy = true;
    assert.deepEqual(await send(binding()), ['answered']);
    await until('the one reply is there', () => replies.length === 1);
  });

  test('answers one source only so often, and stays silent beyond', async (t) => {
    const { send, replies } = await start(t, { limit: { perSource: 5, total: 100, sources: 10 } });
    const outcomes: StunOutcome[] = [];
    for (let i = 0; i < 20; i++) outcomes.push(...(await send(binding())));
    assert.deepEqual(outcomes.slice(0, 5), Array<StunOutcome>(5).fill('answered'));
    assert.ok(outcomes.includes('limited'));
    const answered = outcomes.filter((outcome) => outcome === 'answered').length;
    await until('all replies are there', () => replies.length === answered);
  });

  test('a taken port is an error that leaves nothing open', async (t) => {
    const address = loopback(next++);
    await start(t, { addresses: [address] });
    const options = { port: PORT, healthy: () => true, limit: DEFAULT_LIMIT, onOutcome: () => undefined };
    const free = loopback(next++);
    await assert.rejects(StunResponder.start({ ...options, addresses: [free, address] }), /EADDRINUSE/);
    await start(t, { addresses: [free] });
  });
});
