/**
 * A topology with one balancer of target `file`, which is the cheapest real engine: RoomLB writes a file, and a real
 * program notes each reload. While there is a file `hang`, that program goes on for ever; while there is a file
 * `fail`, it says no; if there is a file `kill`, it ends the process whose id is in it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { HistoryEntry } from '../../src/reconcile/memory.ts';
import { loopback } from '../media-node/support.ts';
import type { BalancerStatus } from '../../src/service/balancer-board.ts';

const RELOAD = `cd "$1" || exit 9
if [ -e hang ]; then
  echo hangs >> reloads
  while [ -e hang ]; do sleep 0.05; done
elif [ -e fail ]; then
  echo fails >> reloads
  echo no such node >&2
  exit 1
elif [ -e kill ]; then
  kill $(cat kill)
  rm kill
  echo kills >> reloads
else
  echo done >> reloads
fi
`;

/** Of this test process alone. */
export const VIP = loopback(250);

export interface FileSite {
  readonly folder: string;
  /** Path of the topology. */
  readonly topology: string;
  /** Of the balancer's file. */
  readonly path: string;
  /** For --state-dir. */
  readonly state: string;
  /** The balancer's file; null where there is none. */
  file(): Promise<string | null>;
  /** What each run of the reload command did. */
  reloads(): Promise<string[]>;
  /** Lets a reload command go that hangs. */
  unhang(): Promise<void>;
  patchNode(url: string, node: string, patch: object): Promise<void>;
  status(url: string): Promise<BalancerStatus>;
  history(url: string): Promise<readonly HistoryEntry[]>;
}

/** Removed at the end of the test. */
export async function fileSite(t: TestContext, balancer: object = {}): Promise<FileSite> {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-file-site-'));
  t.after(async () => {
    await rm(join(folder, 'hang'), { force: true });
    await rm(folder, { recursive: true, force: true });
  });
  const topology = join(folder, 'topology.json');
  await writeFile(join(folder, 'reload.sh'), RELOAD);
  const path = join(folder, 'lb.cfg');
  await writeFile(topology, JSON.stringify(document(folder, path, balancer)));
  const read = (name: string) => readFile(name, 'utf8').catch(() => null);
  const get = async <T>(url: string): Promise<T> => {
    const answer = await fetch(url);
    assert.equal(answer.status, 200, url);
    return (await answer.json()) as T;
  };
  return {
    folder,
    topology,
    path,
    state: join(folder, 'state'),
    file: () => read(path),
    reloads: async () => ((await read(join(folder, 'reloads'))) ?? '').split('\n').filter(Boolean),
    unhang: () => rm(join(folder, 'hang'), { force: true }),
    async patchNode(url, node, patch) {
      const answer = await fetch(`${url}/v1/nodes/${node}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(patch),
      });
      assert.equal(answer.status, 200, await answer.text());
    },
    async status(url) {
      const { balancers } = await get<{ balancers: BalancerStatus[] }>(`${url}/v1/targets/lb-1/status`);
      return balancers[0]!;
    },
    async history(url) {
      return (await get<{ entries: HistoryEntry[] }>(`${url}/v1/targets/lb-1/history`)).entries;
    },
  };
}

export function nodeOf(i: number) {
  return {
    id: `sfu-${i}`,
    kind: 'mediasoup',
    vip: 'public',
    addresses: [`10.0.1.1${i}`],
    signallingPort: 4443,
    mediaPorts: String(40000 + i),
  };
}

function document(folder: string, path: string, balancer: object) {
  return {
    cluster: 'site',
    vips: [
      {
        id: 'public',
        // Nobody is there, unless a test is: commands that apply ask it.
        addresses: [VIP],
        signalling: { port: 8080, tls: 'off' },
        media: { ports: '40000-40099' },
      },
    ],
    nodes: [nodeOf(1), nodeOf(2), nodeOf(3)],
    balancers: [
      {
        id: 'lb-1',
        target: 'file',
        dialect: 'haproxy',
        path,
        reloadCommand: ['/bin/sh', join(folder, 'reload.sh'), folder],
        ...balancer,
      },
    ],
  };
}
