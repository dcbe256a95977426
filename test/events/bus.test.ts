import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EventBus } from '../../src/events/bus.ts';
import type { AnyEvent } from '../../src/events/events.ts';
import { logEvents } from '../../src/events/log.ts';

const moved: AnyEvent = { type: 'room.moved', at: 1, room: 'r', from: 'a', to: 'b', why: 'down' };

describe('the event bus', () => {
  test('tells everybody in order, until they no longer want to know, whatever others throw', () => {
    const errors: unknown[] = [];
    const bus = new EventBus((error) => errors.push(error));
    const told: string[] = [];
    bus.listen(() => {
      throw new Error('broken');
    });
    const end = bus.listen(({ type }) => told.push(type));
    bus.emit(moved);
    bus.emit({ ...moved, type: 'room.released', node: 'b' });
    end();
    bus.emit(moved);
    assert.deepEqual(told, ['room.moved', 'room.released']);
    assert.equal(errors.length, 3);
  });

  test('writes to the log what asks for attention by how much it does', () => {
    const lines: unknown[] = [];
    const at = (level: string) => (members: object, message: string) => lines.push([level, message, members]);
    const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    const bus = new EventBus(() => undefined);
    // A structured logger's methods have many forms; events use one of them.
    logEvents(bus, logger as unknown as Parameters<typeof logEvents>[1]);
    bus.emit(moved);
    bus.emit({ type: 'node.state', at: 2, node: 'sfu-1', from: 'suspect', to: 'down', why: 'refused' });
    bus.emit({ type: 'room.claimed', at: 3, room: 'r', node: 'a', by: 'request' });
    bus.emit({ ...moved, by: 'replica' });
    assert.deepEqual(lines, [
      ['info', 'room.moved', { at: 1, room: 'r', from: 'a', to: 'b', why: 'down' }],
      ['error', 'node.state', { at: 2, node: 'sfu-1', from: 'suspect', to: 'down', why: 'refused' }],
      ['debug', 'room.claimed', { at: 3, room: 'r', node: 'a', by: 'request' }],
      ['debug', 'room.moved', { at: 1, room: 'r', from: 'a', to: 'b', why: 'down', by: 'replica' }],
    ]);
  });
});
