import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { findWorker, mediasoupEntry } from '../../scripts/mediasoup-worker/find.mjs';
import { loadMediasoup } from '../../src/media-node/load-mediasoup.ts';
import { MediaNode, type MediaNodeOptions } from '../../src/media-node/media-node.ts';
import type { Assignment } from '../../src/media-node/protocol.ts';

const found = findWorker();
/** Why tests that need the real worker cannot run, or false. */
export const NO_WORKER =
  found.bin === undefined
    ? found.why
    : mediasoupEntry() === undefined && 'the npm package mediasoup is not here';

export const quiet = pino({ level: process.env.TEST_LOG ?? 'silent' });

/** Loopback addresses of this test process alone, so that ports can be fixed: 127.64–127.x.y.1–254. */
export function loopback(last: number): string {
  return `127.${64 + ((process.pid >> 8) & 0x3f)}.${process.pid & 0xff}.${last}`;
}

let next = 1;

/** A node on an address of its own, behind a VIP that is a name only (NAT: nobody listens there). */
export function assignment(changes: Partial<Assignment> = {}): Assignment {
  return {
    cluster: 'test',
    node: 'sfu-1',
    state: 'active',
    vip: { id: 'public', addresses: [loopback(254)], forwarding: 'nat' },
    addresses: [loopback(next++)],
    protocols: ['udp', 'tcp'],
    mediaPorts: { first: 40000, last: 40001 },
    signallingPort: 4443,
    tls: 'off',
    healthPort: 8081,
    stunPort: null,
    ...changes,
  };
}

export function addressOf({ addresses }: Assignment): string {
  return addresses[0]!;
}

/** Starts a node with the real worker, quick to notice things; stopped when the test ends. */
export async function startNode(
  t: TestContext,
  assigned: Assignment,
  options: Partial<MediaNodeOptions> = {},
): Promise<MediaNode> {
  const node = await MediaNode.start({
    mediasoup: await loadMediasoup(),
    assignment: assigned,
    dispatchers: [],
    stunPort: assigned.healthPort,
    tls: null,
    logger: quiet,
    ...options,
    timings: {
      selfCheck: 0.1,
      staleAfter: 1.5,
      restart: { first: 0.05, most: 1 },
      reconnect: { first: 0.05, most: 0.5 },
      ...options.timings,
    },
  });
  t.after(() => node.stop());
  return node;
}

/** Waits until it is so; fails with what was waited for if it does not become so in a long time. */
export async function until(what: string, so: () => boolean | Promise<boolean>): Promise<void> {
  const limit = Date.now() + 120_000;
  while (!(await so())) {
    if (Date.now() > limit) throw new Error(`waited in vain: ${what}`);
    await sleep(20);
  }
}
