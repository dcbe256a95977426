/**
 * How long it takes to know that a media node is lost: RoomLB's dispatcher beside HAProxy's checks and keepalived's
 * checkers, with the same interval, timeout and counts, of the same real node at the same moments. RoomLB and HAProxy
 * run on the balancer's host, keepalived in a guest beside it whose kernel has IPVS.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { labSkipReason } from '../lab/netns.ts';
import { umlSkipReason } from '../lab/uml.ts';
import { NO_WORKER } from '../media-node/support.ts';
import { watchByHaproxy } from './rivals/haproxy.ts';
import { watchByKeepalived } from './rivals/keepalived.ts';
import { ROOMLB, Site, VICTIM } from './rivals/site.ts';
import { noticedRows } from './rivals/rows.ts';
import type { Timing } from './rivals/timing.ts';
import type { BenchRow } from './row.ts';

const TIMING: Timing = { interval: 1000, timeout: 500, rise: 2, fall: 3 };
const REPETITIONS = 5;
/** Milliseconds in which all who check as often as this would have noticed what lasts. */
const PATIENCE = TIMING.interval * (TIMING.fall + 1);

const RIVALS = {
  httpCheck: 'HAProxy, GET /health of the node',
  tcpCheck: 'HAProxy, TCP connect to the worker',
  httpGet: 'keepalived, HTTP_GET /health of the node',
  udpCheck: "keepalived, UDP_CHECK of the node's STUN responder",
} as const;

const INJURIES = {
  'worker-stopped': 'SIGSTOP of the worker',
  'worker-killed': 'SIGKILL of the worker (the node starts another)',
  'node-killed': 'SIGKILL of the node',
} as const;
type Injury = keyof typeof INJURIES;

/** Of one repetition. */
interface Round {
  readonly injury: Injury;
  /** Milliseconds until it was noticed, by watcher; who is not there did not notice. */
  readonly noticed: ReadonlyMap<string, number>;
}

export async function detectionBench(): Promise<BenchRow[]> {
  const skip = NO_WORKER || labSkipReason(['nft', 'sysctl', 'haproxy']) || umlSkipReason(['keepalived']);
  if (skip !== false) {
    process.stderr.write(`bench: detection is left out: ${skip}\n`);
    return [];
  }
  const rounds = await watchInjuries();
  return (Object.keys(INJURIES) as Injury[]).flatMap((injury) =>
    rowsOf(
      injury,
      rounds.filter((round) => round.injury === injury),
    ),
  );
}

async function watchInjuries(): Promise<Round[]> {
  const { address, healthPort: port, mediaPort } = VICTIM;
  const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-bench-'));
  const site = await Site.start(TIMING);
  const { lab } = site.lab;
  const rounds: Round[] = [];
  try {
    const checks = [
      { name: RIVALS.httpCheck, kind: 'http', address, port },
      { name: RIVALS.tcpCheck, kind: 'tcp', address, port: mediaPort },
    ] as const;
    await watchByHaproxy(lab, path.join(folder, 'haproxy.cfg'), checks, TIMING, site.watch);
    const checkers = [
      { name: RIVALS.httpGet, address, check: { kind: 'http', port, path: '/health' } },
      { name: RIVALS.udpCheck, address, check: { kind: 'stun', port } },
    ] as const;
    const stopKeepalived = await watchByKeepalived(lab, checkers, TIMING, site.watch);
    const { suspect, down, placed } = ROOMLB;
    const all = [suspect, down, placed, RIVALS.httpCheck, RIVALS.httpGet, RIVALS.udpCheck];
    for (let round = 0; round < REPETITIONS; round++) {
      const worker = await site.workerPid();
      const hurt = () => process.kill(worker, 'SIGSTOP');
      const noticed = await site.injure({ round, of: REPETITIONS, expected: all, hurt });
      process.kill(worker, 'SIGCONT');
      rounds.push({ injury: 'worker-stopped', noticed });
    }
    for (let round = 0; round < REPETITIONS; round++) {
      const worker = await site.workerPid();
      const hurt = () => process.kill(worker, 'SIGKILL');
      const expected = [down, placed];
      const noticed = await site.injure({ round, of: REPETITIONS, expected, least: PATIENCE, hurt });
      rounds.push({ injury: 'worker-killed', noticed });
    }
    for (let round = 0; round < REPETITIONS; round++) {
      const noticed = await site.killNode({ round, of: REPETITIONS, expected: [...all, RIVALS.tcpCheck] });
      rounds.push({ injury: 'node-killed', noticed });
    }
    await stopKeepalived();
  } finally {
    await site.lab.close();
    await rm(folder, { recursive: true });
  }
  return rounds;
}

function rowsOf(injury: Injury, rounds: readonly Round[]): BenchRow[] {
  const contest = {
    group: `${INJURIES[injury]}; all check every ${TIMING.interval} ms, fall ${TIMING.fall}`,
    names: [...Object.values(ROOMLB), ...Object.values(RIVALS)],
    ours: ROOMLB.down,
    aims: { [ROOMLB.down]: 'before HAProxy and keepalived' },
  };
  return noticedRows(
    contest,
    rounds.map(({ noticed }) => noticed),
  );
}
