/** Server-sent events out of text (HTML, section 9.2.6), as far as RoomLB sends them: ids and data. */

export interface SseMessage {
  readonly id: string | undefined;
  /** Undefined where only the place is told. */
  readonly data: string | undefined;
}

/** Characters of one message; the longest event is far shorter. */
const MAX_MESSAGE = 8 * 1024 * 1024;

/** Takes text as it comes, and gives the messages that are whole. */
export class SseParser {
  #rest = '';

  /** @throws Error where a message is longer than any that RoomLB sends */
  push(text: string): SseMessage[] {
    const blocks = (this.#rest + text).replaceAll('\r\n', '\n').split('\n\n');
    this.#rest = blocks.pop() ?? '';
    if (this.#rest.length > MAX_MESSAGE) throw new Error(`a message of more than ${MAX_MESSAGE} characters`);
    return blocks.map(readBlock);
  }
}

function readBlock(block: string): SseMessage {
  const lines = block.split('\n');
  const values = (field: string) =>
    lines.flatMap((line) =>
      line.startsWith(`${field}:`) ? [line.slice(field.length + 1).replace(/^ /, '')] : [],
    );
  const data = values('data');
  return { id: values('id').at(-1), data: data.length > 0 ? data.join('\n') : undefined };
}
