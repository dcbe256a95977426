/** Connections that outlast their request: whether whoever opened them still may. */
import type { FastifyRequest } from 'fastify';

/**
 * Looks at the credential every few seconds.
 *
 * @param end told why, once, when it has expired, was withdrawn, or is not good for this any more
 * @returns how to stop
 */
export function watchStanding(
  { standing }: Pick<FastifyRequest, 'standing'>,
  end: (why: string) => void,
): () => void {
  if (!standing) return () => undefined;
  const look = async () => {
    const why = await standing.refusal();
    if (why === undefined) return;
    clearInterval(timer);
    end(why);
  };
  const timer = setInterval(() => void look(), standing.every).unref();
  return () => clearInterval(timer);
}
