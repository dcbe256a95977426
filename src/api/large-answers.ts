/**
 * Large answers wait in memory until they were read, each for itself. Who asks for many and reads none must neither
 * fill it nor keep them for ever.
 */
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

export interface LargeAnswersOptions {
  /** Of all that wait, characters; another one is refused then. */
  readonly room?: number;
  /** Milliseconds in which a reader has to take something. */
  readonly patience?: number;
}

/** Characters. Smaller ones are bounded by the number of connections. */
const LARGE = 64 * 1024;
const ROOM = 512 * 1024 * 1024;
/** The system's buffers hide for long that a slow reader takes something at all. */
const PATIENCE = 60_000;

export function installLargeAnswers(app: FastifyInstance, options: LargeAnswersOptions = {}): void {
  const { room = ROOM, patience = PATIENCE } = options;
  let waiting = 0;
  app.addHook('onSend', (request, reply, payload, done) => {
    // Streams wait for their readers themselves. What changed something is answered, whatever it takes.
    const length = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
    if (length <= LARGE || request.method !== 'GET') {
      done(null, payload);
      return;
    }
    // One alone is answered, however large.
    if (waiting > 0 && waiting + length > room) {
      void reply.header('retry-after', '5');
      done(new Problem(503, 'too-many-unread', 'too many large answers wait to be read; try again later'));
      return;
    }
    waiting += length;
    const { raw } = reply;
    let left = false;
    const gone = () => {
      if (!left) waiting -= length;
      left = true;
    };
    raw.once('finish', gone).once('close', gone);
    // Of silence both ways; Node's own time limits are for requests. It sets another one for what follows.
    raw.setTimeout(patience, () => raw.destroy());
    done(null, payload);
  });
}
