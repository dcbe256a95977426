/** A place in one replica's stream of events: everything up to this number has been seen. */
export interface Position {
  /** Another one after every start of a dispatcher: numbers of two epochs have nothing to do with each other. */
  readonly epoch: string;
  /** 0: nothing has been seen. */
  readonly seq: number;
}

/** `EPOCH:NUMBER` as `readPosition` takes it; at most 15 digits, which a JavaScript number holds exactly. */
export const POSITION_PATTERN = '^[0-9a-f]{12}:(0|[1-9][0-9]{0,14})$';

const POSITION = new RegExp(POSITION_PATTERN);

/** Undefined for what is no position. */
export function readPosition(text: string): Position | undefined {
  if (!POSITION.test(text)) return undefined;
  const [epoch = '', seq] = text.split(':');
  return { epoch, seq: Number(seq) };
}

export function formatPosition({ epoch, seq }: Position): string {
  return `${epoch}:${seq}`;
}
