import type { Pin } from './pin.ts';
import type { PinDocument } from './schema.ts';

export function toPinDocument({ room, node, strict }: Pin): PinDocument {
  return { room, node, strict };
}
