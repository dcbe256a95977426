export const recipe: string;
/** Of mediasoup, as pinned. */
export const version: string;
export function packageCache(): string;
export function workerCache(): string;
export function mediasoupEntry(): string | undefined;
export function findWorker():
  { readonly bin: string; readonly source: string } | { readonly bin: undefined; readonly why: string };
export function workerBin(): string | undefined;
export function tryWorker(bin: string): string | undefined;
