import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  MAX_FRAME_BYTES,
  MAX_ROOMS_PER_MESSAGE,
  MAX_WORKERS,
  PROTOCOL,
  ProtocolError,
  readDispatcherMessage,
  readNodeMessage,
  readRegistration,
  readRegistrationAnswer,
  type NodeMessage,
  type WorkerReport,
} from '../../src/media-node/protocol.ts';
import { assignment } from './support.ts';

const instance = '6f1b7c1e-0000-4000-8000-0123456789ab';
const worker: WorkerReport = {
  port: 40000,
  state: 'up',
  pid: 4711,
  restarts: 0,
  cpu: 0.25,
  loopDelay: 0.4,
  lastAnswer: 0.5,
  rooms: 1,
  participants: 2,
  producers: 2,
  consumers: 2,
  probe: { usernameFragment: 'abcdefgh', password: 'a'.repeat(32) },
};
const status = {
  phase: 'serving',
  healthy: true,
  uptime: 12.5,
  rooms: 1,
  participants: 2,
  producers: 2,
  consumers: 2,
  loopDelay: 1,
  workers: [worker],
} as const;
const hello = {
  type: 'hello',
  protocol: PROTOCOL,
  node: 'sfu-1',
  instance,
  version: '1.0.0',
  stunPort: 3478,
  status,
};
const roomsOf = (count: number) => Array.from({ length: count }, (_, i) => `room-${i}`);

const messages: readonly object[] = [
  hello,
  { type: 'heartbeat', seq: 1, status },
  {
    type: 'rooms',
    reset: true,
    live: [{ room: 'a', port: 40000, participants: 1, consumers: 0 }],
    closed: ['b'],
  },
  { type: 'worker-died', port: 40000, pid: 1, reason: 'signal 9', rooms: ['a'], restartIn: 0.1 },
  { type: 'bye', reason: 'drained', rooms: 0 },
];

describe('messages of a node', () => {
  for (const message of messages) {
    test(`${(message as NodeMessage).type} comes through as it was sent`, () => {
      assert.deepEqual(readNodeMessage(JSON.stringify(message)), message);
    });
  }

  const refused: Record<string, unknown> = {
    'a type that does not exist': { type: 'shutdown' },
    'a heartbeat without a status': { type: 'heartbeat', seq: 1 },
    'a negative count': { type: 'bye', reason: 'drained', rooms: -1 },
    'a node id with a slash': { ...hello, node: 'a/b' },
    'a port beyond 65535': { ...hello, stunPort: 65_536 },
    'an instance that is no UUID': { ...hello, instance: 'x' },
    'a version as long as a novel': { ...hello, version: 'v'.repeat(65) },
    'more workers than there may be': {
      type: 'heartbeat',
      seq: 1,
      status: { ...status, workers: Array.from({ length: MAX_WORKERS + 1 }, () => worker) },
    },
    'more rooms than fit one message': {
      type: 'rooms',
      reset: false,
      live: [],
      closed: roomsOf(MAX_ROOMS_PER_MESSAGE + 1),
    },
    'an empty room name': { type: 'rooms', reset: false, live: [], closed: [''] },
    'a room name beyond 256 characters': { type: 'rooms', reset: false, live: [], closed: ['x'.repeat(257)] },
    'a password too short to be one of ICE': {
      type: 'heartbeat',
      seq: 1,
      status: { ...status, workers: [{ ...worker, probe: { usernameFragment: 'abcd', password: 'short' } }] },
    },
  };
  for (const [what, message] of Object.entries(refused)) {
    test(`${what} is refused`, () => {
      assert.throws(() => readNodeMessage(JSON.stringify(message)), ProtocolError);
    });
  }

  test('a message beyond the frame limit is refused unread', () => {
    const text = JSON.stringify({ ...hello, more: 'x'.repeat(MAX_FRAME_BYTES) });
    assert.throws(() => readNodeMessage(text), /bytes/);
  });

  test('the longest rooms and worker-died messages fit one frame', () => {
    // The longest names as JSON: 256 bytes of quotation marks, each of which is escaped.
    const names = roomsOf(MAX_ROOMS_PER_MESSAGE).map((name) => name.padEnd(256, '"'));
    const live = names.map((room) => ({ room, port: 65_535, participants: 1e9, consumers: 1e9 }));
    const rooms = JSON.stringify({ type: 'rooms', reset: false, live, closed: [] });
    const died = JSON.stringify({
      type: 'worker-died',
      port: 1,
      pid: 1,
      reason: 'x',
      rooms: names,
      restartIn: 1,
    });
    assert.equal(readNodeMessage(rooms).type, 'rooms');
    assert.equal(readNodeMessage(died).type, 'worker-died');
  });

  test('members that this version does not know are let through', () => {
    assert.equal(readNodeMessage(JSON.stringify({ ...hello, colour: 'blue' })).type, 'hello');
  });

  test('whatever the text is, it is a message or a ProtocolError', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(...messages.map((m) => JSON.stringify(m).slice(0, -1))),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          readNodeMessage(input);
          readDispatcherMessage(input);
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('registration', () => {
  const registration = { protocol: PROTOCOL, instance, version: '1.0.0', mediasoup: '3.19.3' };

  test('comes through as it was sent, both ways', () => {
    const answer = { protocol: PROTOCOL, assignment: assignment() };
    assert.deepEqual(readRegistration(registration), registration);
    assert.deepEqual(readRegistrationAnswer(answer), answer);
  });

  test('another version of the protocol is refused by name', () => {
    assert.throws(() => readRegistration({ ...registration, protocol: 2 }), /protocol version 2 is not 1/);
  });

  test('an assignment without addresses is refused', () => {
    const answer = { protocol: PROTOCOL, assignment: assignment({ addresses: [] }) };
    assert.throws(() => readRegistrationAnswer(answer), ProtocolError);
  });
});
