/**
 * What health checking costs: processor time of the checking process, for thousands of endpoints asked by STUN
 * every 2 s, all answered by one process on loopback. Beside it the least that such a check can cost: a fresh
 * UDP socket, a packet there and back.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/health/clock.ts';
import { DEFAULT_HEALTH } from '../../src/topology/health/config.ts';
import { Detector } from '../../src/health/detector/detector.ts';
import type { StunEndpoint } from '../../src/health/endpoint.ts';
import { createProbes } from '../../src/health/probes/registry.ts';
import { HealthScheduler } from '../../src/health/scheduler.ts';
import type { IceCredentials } from '../../src/stun/exchange.ts';
import type { BenchRow } from './row.ts';

const SIZES = [1000, 5000, 10_000];
const INTERVAL = 2000;
const WARM_UP = 2 * INTERVAL;
const MEASURED = 3 * INTERVAL;
const BARE_EXCHANGES = 10_000;
const BARE_AT_ONCE = 32;
const GROUP = 'health checks by STUN every 2 s';

interface Responder {
  readonly port: number;
  readonly credentials: IceCredentials;
}

export async function healthBench(): Promise<BenchRow[]> {
  const child: ChildProcess = fork(fileURLToPath(new URL('stun-responder.ts', import.meta.url)));
  try {
    const [responder] = (await once(child, 'message')) as [Responder];
    const bare = await bareExchange(responder.port);
    const rows: BenchRow[] = [{ group: GROUP, name: 'bare UDP exchange', value: bare, unit: 'µs of CPU' }];
    for (const size of SIZES) rows.push(...(await checking(size, responder, bare)));
    return rows;
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
}

async function checking(size: number, { port, credentials }: Responder, bare: number): Promise<BenchRow[]> {
  const endpoints = Array.from({ length: size }, (_, i) => endpointOf(`sfu-${i}`, port));
  const probes = createProbes({
    credentials: { of: () => credentials, all: () => [] },
    heartbeats: { last: () => undefined },
    now: () => systemClock.now(),
    secret: () => undefined,
  });
  const detector = new Detector(DEFAULT_HEALTH, endpoints, systemClock.now());
  const { concurrency } = DEFAULT_HEALTH;
  const scheduler = new HealthScheduler({ detector, probes, clock: systemClock, endpoints, concurrency });
  let answered = 0;
  let lost = 0;
  scheduler.listenToResults(({ outcome }) => (outcome.kind === 'ok' ? answered++ : lost++));
  scheduler.start();
  await sleep(WARM_UP);
  [answered, lost] = [0, 0];
  const overruns = scheduler.stats.overruns;
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await sleep(MEASURED);
  const { user, system } = process.cpuUsage(cpu);
  const elapsed = performance.now() - start;
  const [good, bad, left] = [answered, lost, scheduler.stats.overruns - overruns];
  await scheduler.stop();

  const name = `${size} endpoints`;
  const each = (user + system) / (good + bad);
  const ratio = { of: 'a bare UDP exchange', value: each / bare };
  return [
    { group: GROUP, name: `${name}: of one core`, value: (user + system) / elapsed / 10, unit: '%' },
    { group: GROUP, name: `${name}: a probe`, value: each, unit: 'µs of CPU', ratio },
    { group: GROUP, name: `${name}: answered`, value: (good / elapsed) * 1000, unit: 'probes/s' },
    { group: GROUP, name: `${name}: not ok, or left out`, value: bad + left, unit: 'probes', aim: '0' },
  ];
}

function endpointOf(node: string, port: number): StunEndpoint {
  return {
    id: `${node}/stun`,
    node,
    check: 'stun',
    transport: 'udp',
    address: { family: 4, text: '127.0.0.1' },
    port,
    interval: INTERVAL,
    timeout: DEFAULT_HEALTH.timeout,
    effect: 'down',
  };
}

/** Microseconds of processor time for one, several under way at once as when checking. */
async function bareExchange(port: number): Promise<number> {
  const packet = Buffer.alloc(100, 0xff);
  const once = () =>
    new Promise<void>((resolve) => {
      const socket = createSocket('udp4');
      socket.on('message', () => {
        socket.close();
        resolve();
      });
      socket.connect(port, '127.0.0.1', () => socket.send(packet));
    });
  let left = BARE_EXCHANGES;
  const worker = async () => {
    while (left-- > 0) await once();
  };
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: BARE_AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / BARE_EXCHANGES;
}
