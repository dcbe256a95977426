/** REST from inside a lab's namespace, through one process there. */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilLine, type Lab } from './netns.ts';

export interface Answer {
  /** 0 where there was none. */
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON in tests
  readonly body: any;
}

export type Ask = (method: string, url: string, body?: object) => Promise<Answer>;

export async function startApiClient(lab: Lab, ns: string): Promise<Ask> {
  const child = lab.spawn(ns, process.execPath, [path.join(import.meta.dirname, 'api-client.mjs')]);
  child.stderr.resume();
  await untilLine(child, /^ready$/);
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface(child.stdout).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line) as Answer & { id: number };
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  let ids = 0;
  return (method, url, body) =>
    new Promise((resolve) => {
      waiting.set(++ids, resolve);
      child.stdin.write(`${JSON.stringify({ id: ids, method, url, body })}\n`);
    });
}

/** Waits until it is so; fails with what was waited for if it does not become so in a long time. */
export async function until(what: string, so: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + 180_000;
  while (!(await so())) {
    if (Date.now() > limit) throw new Error(`waited in vain: ${what}`);
    await sleep(100);
  }
}
