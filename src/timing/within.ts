/**
 * The promise, or a rejection where it takes longer. A process that was busy for so long itself looks once more at
 * what has come in before it blames the other side: Node runs timers before it reads from sockets.
 *
 * @param milliseconds that it may take
 */
export function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => {
        setImmediate(() => reject(new Error(`${what} took longer than ${milliseconds} ms`)));
      });
    }, milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
