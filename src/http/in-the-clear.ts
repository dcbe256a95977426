import { isLoopback } from '../api/loopback.ts';

/** Whether what is sent to this URL can be read on a network: plain HTTP, and not to this very machine. */
export function isInTheClear(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
}
