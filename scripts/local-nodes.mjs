// The media nodes of lb-config/local.yaml as child processes, beside the dispatcher that `npm start` runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { findWorker, mediasoupEntry } from './mediasoup-worker/find.mjs';
import { root, step } from './setup.mjs';

/** Milliseconds from the signal to the kill. */
const PATIENCE = 5000;

/** Ids and addresses of the nodes that this machine can run: mediasoup, on loopback addresses only. */
export async function localNodes(file) {
  // Only now: when this script started, no npm package may have been there.
  const { parse } = await import('yaml');
  const { nodes } = parse(readFileSync(join(root, file), 'utf8'));
  return nodes.filter(
    ({ kind, addresses }) => kind === 'mediasoup' && addresses.every((address) => address.startsWith('127.')),
  );
}

/** Why media nodes cannot run here, or undefined. */
export function whyNoNodes() {
  const found = findWorker();
  if (!found.bin) return found.why;
  return mediasoupEntry()
    ? undefined
    : 'the npm package mediasoup is not here (npm run mediasoup:worker gets it)';
}

/**
 * Starts them. They look for the dispatcher until it takes them.
 *
 * @param options further arguments of `roomlb media-node`
 * @returns how to end them all, which waits until they have
 */
export function startNodes(nodes, dispatcher, options) {
  const children = nodes.map(({ id }) => {
    const args = ['dist/cli/main.js', 'media-node', id, '--dispatcher', dispatcher, ...options];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = once(child, 'exit');
    void ended.then(([code]) => code && step(`media node ${id} ended with ${code}; the dispatcher goes on`));
    return { child, ended };
  });
  return () => Promise.all(children.map(end));
}

async function end({ child, ended }) {
  child.kill('SIGINT');
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await ended;
  clearTimeout(late);
}
