/** Runs the action now; what it throws becomes a rejection. */
export function promised<T>(action: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve) => resolve(action()));
}
