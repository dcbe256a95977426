/** Addresses of brokers, routing keys and properties. No network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAmqpAddress, parseAmqpAddress } from '../../src/amqp/address.ts';
import { messageOf } from '../../src/amqp/message.ts';
import { routingKey } from '../../src/amqp/routing-key.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { NumberedEvent } from '../../src/events/history.ts';
import { EVENT_TYPES } from '../../src/events/types.ts';

test('addresses: parts, defaults and escapes', () => {
  assert.deepEqual(parseAmqpAddress('amqp://roomlb:se%2Fsame%40%25@mq.example.net'), {
    ...{ tls: false, host: 'mq.example.net', port: 5672 },
    ...{ user: 'roomlb', password: 'se/same@%', vhost: '/' },
  });
  assert.deepEqual(parseAmqpAddress('amqps://a%20b:p@[fd00::5]:5000/%2Fmedia'), {
    ...{ tls: true, host: 'fd00::5', port: 5000, user: 'a b', password: 'p', vhost: '/media' },
  });
  assert.equal(parseAmqpAddress('amqps://u:p@10.0.0.5/').port, 5671);
  assert.equal(parseAmqpAddress('amqps://u:p@10.0.0.5/').vhost, '/');
  const shown = (text: string) => formatAmqpAddress(parseAmqpAddress(text));
  assert.equal(shown('amqps://a%20b:p@[fd00::5]/%2Fmedia'), 'amqps://a%20b@[fd00::5]:5671/%2Fmedia');
  assert.equal(shown('amqp://u:p@mq'), 'amqp://u@mq:5672/%2F');
});

test('addresses that are none are refused without repeating them', () => {
  const refused: readonly [string, RegExp][] = [
    ['roomlb:sesame@mq', /scheme/],
    ['sesame', /is no address/],
    ['http://u:sesame@mq', /another scheme/],
    ['amqp://u:sesame@', /is no address|no host/],
    ['amqp://mq/sesame', /a user and a password/],
    ['amqp://sesame@mq', /a user and a password/],
    ['amqp://u:sesame#1@mq', /is no address|no \? or #/],
    ['amqp://u:sesame/1@mq', /is no address/],
    ['amqp://u:sesame@mq?heartbeat=1', /no \? or #/],
    ['amqp://u:sesame%zz@mq', /password with a broken % escape/],
    ['amqp://u:sesame@mq/a/b', /%2F/],
    ['amqp://u:sesame@mq:70000', /is no address/],
    ['amqp://u:sesame@m q', /is no address|no host/],
    ["amqp://u:sesame@m'q", /no host/],
  ];
  for (const [text, why] of refused) {
    assert.throws(
      () => parseAmqpAddress(text),
      (error: Error) => {
        assert.equal(error.name, 'RangeError');
        assert.match(error.message, why, text);
        return !error.message.includes('sesame');
      },
    );
  }
});

const moved = (from: string, to: string): AnyEvent => ({
  type: 'room.moved',
  at: 1,
  room: 'r',
  from,
  to,
  why: '',
});
const keyOf = (event: AnyEvent) => routingKey(new NumberedEvent(event, { epoch: '0123456789ab', seq: 1 }));

test('routing keys: the type, then the nodes in order, each one word', () => {
  assert.equal(keyOf(moved('sfu-1', 'sfu.eu_2')), 'room.moved.sfu-1.sfu_eu_2');
  assert.equal(keyOf({ type: 'store.degraded', at: 1, why: '' }), 'store.degraded');
  const changes = ['a', 'b'].map((id) => ({ what: 'added', part: 'node', id, fields: [] }) as const);
  assert.equal(
    keyOf({ type: 'topology.changed', at: 1, from: 'x', to: 'y', changes, more: 0 }),
    'topology.changed',
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...EVENT_TYPES),
      fc.array(fc.string({ maxLength: 300 }), { maxLength: 2 }),
      (type, nodes) => {
        const key = routingKey({ type, subjects: { room: 'a.#.*', nodes } });
        assert.ok(Buffer.byteLength(key) <= 255);
        assert.match(key, /^[a-z-]+\.[a-z-]+(\.[A-Za-z0-9_-]*){0,2}$/);
      },
    ),
  );
});

test('messages carry the envelope as it is', () => {
  const event = new NumberedEvent(
    { type: 'room.released', at: 1_767_225_600_999, room: 'standup', node: 'sfu-1' },
    { epoch: '0123456789ab', seq: 7 },
  );
  assert.deepEqual(messageOf(event, 'eu'), {
    key: 'room.released.sfu-1',
    content: Buffer.from(
      '{"version":1,"epoch":"0123456789ab","seq":7,"type":"room.released","at":1767225600999,"room":"standup","node":"sfu-1"}',
    ),
    properties: {
      ...{ contentType: 'application/json', type: 'room.released', messageId: '0123456789ab:7' },
      ...{ timestamp: 1_767_225_600, appId: 'roomlb', headers: { cluster: 'eu' }, persistent: false },
    },
  });
});
