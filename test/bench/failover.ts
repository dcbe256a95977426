/**
 * From a media node's death to the balancer changed: the HAProxy that RoomLB drives by its run-time API, beside one
 * that checks the same pool by itself, and keepalived, with the same interval, timeout and counts, in one run. Of both
 * HAProxys a client also tells from when on its new connections through the VIP land on a healthy node. keepalived
 * is read by its log: IPVS takes a rule at once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverStates } from '../../src/targets/haproxy/driver/answers.ts';
import { askIfThere } from '../../src/targets/haproxy/driver/socket.ts';
import { startHaproxyService, type HaproxyService } from '../lab/haproxy-service.ts';
import { labSkipReason } from '../lab/netns.ts';
import { umlSkipReason } from '../lab/uml.ts';
import { NO_WORKER } from '../media-node/support.ts';
import { balanceByHaproxy } from './rivals/haproxy.ts';
import { watchByKeepalived } from './rivals/keepalived.ts';
import { Knocks } from './rivals/knocks.ts';
import { noticedRows } from './rivals/rows.ts';
import { OTHER, SIGNALLING, Site, VICTIM } from './rivals/site.ts';
import type { Timing } from './rivals/timing.ts';
import type { Watch } from './rivals/watch.ts';
import type { BenchRow } from './row.ts';

const TIMING: Timing = { interval: 1000, timeout: 500, rise: 2, fall: 3 };
const REPETITIONS = 3;
/** Where the HAProxy without RoomLB takes signalling. */
const RIVAL_PORT = 81;
/** Milliseconds. */
const POLL = 5;

const OURS = {
  out: 'RoomLB: out of the pool of its HAProxy',
  elsewhere: 'RoomLB: new connections land elsewhere',
} as const;
const THEIRS = {
  out: "HAProxy's own check of /health: out of the pool",
  elsewhere: "HAProxy's own check of /health: new connections land elsewhere",
} as const;
const KEEPALIVED = {
  http: 'keepalived, HTTP_GET /health: out of IPVS',
  udp: "keepalived, UDP_CHECK of the node's STUN responder: out of IPVS",
} as const;
const EVERYBODY = [...Object.values(OURS), ...Object.values(THEIRS), ...Object.values(KEEPALIVED)];
const BY_PROBES = 'before HAProxy and keepalived';
const BY_REPORT = '≤ 200 ms';

interface Rounds {
  readonly injury: string;
  readonly aim: string;
  readonly noticed: readonly ReadonlyMap<string, number>[];
}

export async function failoverBench(): Promise<BenchRow[]> {
  const skip = NO_WORKER || labSkipReason(['nft', 'sysctl', 'haproxy']) || umlSkipReason(['keepalived']);
  if (skip !== false) {
    process.stderr.write(`bench: death to rule is left out: ${skip}\n`);
    return [];
  }
  return (await allRounds()).flatMap(({ injury, aim, noticed }) => {
    const group = `from ${injury} to the rule; all check every ${TIMING.interval} ms, fall ${TIMING.fall}`;
    return noticedRows({ group, names: EVERYBODY, ours: OURS.out, aims: { [OURS.out]: aim } }, noticed);
  });
}

async function allRounds(): Promise<Rounds[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-bench-'));
  let service: HaproxyService | undefined;
  const site = await Site.start(TIMING, async (lab) => {
    service = await startHaproxyService(lab);
    return [{ ...service.balancer, namespace: null, services: 'signalling', maxRemoved: 1 }];
  });
  const { lab } = site.lab;
  const stop = new AbortController();
  try {
    if (!service) throw new Error('HAProxy was not started');
    const polling = watchPool(service.balancer.statsSocket, site.watch, stop.signal);
    await balanceByHaproxy(lab, path.join(folder, 'haproxy.cfg'), rivalPool(), TIMING, (server, up) => {
      if (server === VICTIM.id) site.watch.hear(THEIRS.out, up);
    });
    const { address, healthPort: port } = VICTIM;
    const checkers = [
      { name: KEEPALIVED.http, address, check: { kind: 'http', port, path: '/health' } },
      { name: KEEPALIVED.udp, address, check: { kind: 'stun', port } },
    ] as const;
    const stopKeepalived = await watchByKeepalived(lab, checkers, TIMING, site.watch);
    const base = `http://${SIGNALLING.address}`;
    const urls = {
      [OURS.elsewhere]: `${base}:${SIGNALLING.port}/`,
      [THEIRS.elsewhere]: `${base}:${RIVAL_PORT}/`,
    };
    const knocks = new Knocks(lab, urls, VICTIM.id);
    const rounds = await injure(site, knocks);
    await stopKeepalived();
    stop.abort();
    await polling;
    return rounds;
  } finally {
    stop.abort();
    await service?.stop();
    await site.lab.close();
    await rm(folder, { recursive: true });
  }
}

async function injure(site: Site, knocks: Knocks): Promise<Rounds[]> {
  const lost = [OURS.out, THEIRS.out, KEEPALIVED.http, KEEPALIVED.udp];
  const both = [OURS.elsewhere, THEIRS.elsewhere];
  const everywhere = (names: readonly string[]) => () => {
    return names.every((name) => knocks.elsewhere(name) !== undefined);
  };
  const begin = (hurt: () => unknown) => () => {
    knocks.begin(site.watch.began);
    hurt();
  };
  const noticed = (by: ReadonlyMap<string, number>) => {
    const seen = both.flatMap((name) => {
      const time = knocks.elsewhere(name);
      return time === undefined ? [] : [[name, time] as const];
    });
    return new Map([...by, ...seen]);
  };
  const stopped: ReadonlyMap<string, number>[] = [];
  const killed: ReadonlyMap<string, number>[] = [];
  const dead: ReadonlyMap<string, number>[] = [];
  for (let round = 0; round < REPETITIONS; round++) {
    const common = { round, of: REPETITIONS };
    const worker = await site.workerPid();
    const hurt = begin(() => process.kill(worker, 'SIGSTOP'));
    stopped.push(noticed(await site.injure({ ...common, expected: lost, also: everywhere(both), hurt })));
    process.kill(worker, 'SIGCONT');
    const next = await site.workerPid();
    killed.push(
      noticed(
        await site.injure({
          ...common,
          expected: [OURS.out],
          also: everywhere([OURS.elsewhere]),
          hurt: begin(() => process.kill(next, 'SIGKILL')),
        }),
      ),
    );
    dead.push(noticed(await site.killNode({ ...common, expected: lost, also: everywhere(both) }, begin)));
    process.stderr.write(`bench: death to rule, ${round + 1} of ${REPETITIONS}\n`);
  }
  return [
    { injury: 'SIGSTOP of the worker', aim: BY_PROBES, noticed: stopped },
    { injury: 'SIGKILL of all workers, which the node reports,', aim: BY_REPORT, noticed: killed },
    { injury: 'SIGKILL of the node', aim: BY_PROBES, noticed: dead },
  ];
}

/** Asks HAProxy again and again, since it logs no weights. What its own check thinks does not count. */
async function watchPool(socket: string, watch: Watch, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await askIfThere(socket, 'show servers state sig:public').catch(() => undefined);
    const server = serverStates(answer ?? '', new Map()).find(({ name }) => name === VICTIM.id);
    watch.hear(OURS.out, server !== undefined && server.weight > 0 && server.admin === 'ready');
    await sleep(POLL);
  }
}

function rivalPool() {
  const { healthPort, signallingPort: port } = VICTIM;
  const servers = [VICTIM, OTHER].map(({ id, address }) => ({ name: id, address, port }));
  return { bind: `${SIGNALLING.address}:${RIVAL_PORT}`, servers, healthPort };
}
