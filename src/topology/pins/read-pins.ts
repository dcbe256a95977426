import { roomNameFault } from '../../room-name.ts';
import type { Path, Problems } from '../problems.ts';
import type { Partly } from '../shape.ts';
import type { Pin } from './pin.ts';
import type { PinDocument } from './schema.ts';

/** What could not be read is a stand-in, which `problems` knows. Whether there is such a node is checked elsewhere. */
export function readPin(raw: Partly<PinDocument>, path: Path, problems: Problems): Pin {
  const { room = '', node = '', strict = false } = raw;
  const fault = raw.room === undefined ? undefined : roomNameFault(room);
  if (fault !== undefined)
    problems.unreadable([...path, 'room'], fault, 'write the name that PUT /v1/rooms/{room} is asked with');
  return { room, node, strict };
}
