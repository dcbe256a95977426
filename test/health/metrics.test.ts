import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { DEFAULT_HEALTH } from '../../src/topology/health/config.ts';
import { Detector } from '../../src/health/detector/detector.ts';
import { healthMetrics } from '../../src/health/metrics.ts';
import { createProbes } from '../../src/health/probes/registry.ts';
import { HealthScheduler } from '../../src/health/scheduler.ts';
import { FakeClock } from './fake-clock.ts';
import { stunAt, vipStunAt } from './endpoints.ts';
import { credentialsOf, FakeWorker, told } from './fake-worker.ts';

test('metrics tell states, outcomes, transitions and verdicts', async () => {
  const worker = await FakeWorker.start();
  const endpoints = [stunAt(worker.port), vipStunAt(worker.port)];
  const clock = new FakeClock();
  const detector = new Detector(DEFAULT_HEALTH, endpoints, clock.now());
  const probes = createProbes({
    credentials: credentialsOf([told('sfu-1', worker)]),
    heartbeats: { last: () => undefined },
    now: () => clock.now(),
    secret: () => undefined,
  });
  const scheduler = new HealthScheduler({ detector, probes, clock, endpoints, concurrency: 10 });
  const registry = new Registry();
  const end = healthMetrics(registry, scheduler, detector);
  await scheduler.recheck('sfu-1', 'stun');
  await scheduler.recheck('sfu-1', 'vip-stun');
  await worker.stop();
  await scheduler.recheck('sfu-1', 'stun');
  end();
  await scheduler.recheck('sfu-1', 'stun');
  const text = await registry.metrics();
  for (const line of [
    'roomlb_node_health{state="down"} 1',
    'roomlb_health_panic 0',
    'roomlb_node_transitions_total{node="sfu-1",state="up"} 1',
    'roomlb_node_transitions_total{node="sfu-1",state="down"} 1',
    'roomlb_probes_total{check="stun",outcome="ok"} 1',
    'roomlb_probes_total{check="stun",outcome="refused"} 1',
    'roomlb_probe_duration_seconds_count{check="vip-stun"} 1',
    'roomlb_vip_path_fine_total{node="sfu-1",vip="public"} 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), `${line}\n${text}`);
  }
});
