/** For what takes long to make and is not always needed: made when it is first asked for, and kept. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
