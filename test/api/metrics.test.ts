/** What a dispatcher that checks its nodes tells at /metrics, and what it does not. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { buildServer } from '../../src/api/server.ts';
import { TopologyEditor } from '../../src/dispatcher/topology-editor.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { diedSaid, heartbeatSaid, INSTANCE, roomsSaid, workerSaid } from '../nodes/said.ts';
import { FakeClock } from '../health/fake-clock.ts';
import { Scene } from '../service/scene.ts';

const INTERVAL = 2000;
const PLAIN = `${SMALL}
maintenance:
  - { id: night, cron: '0 3 * * *', duration: 1h, nodes: [sfu-3] }
  - { id: noon, cron: '0 12 * * *', duration: 1h, nodes: [sfu-2] }
health: { damping: off, slowStart: off, panicThreshold: off, deepCheck: { cron: '0 4 * * *' } }`;
/** A quarter past three in the night. */
const NIGHT = Date.parse('2024-06-08T03:15:00Z');

async function served(t: TestContext) {
  const scene = new Scene(undefined, new FakeClock(NIGHT));
  await scene.start(t, PLAIN);
  const { service, store } = scene;
  const { dispatcher } = service;
  const app = await buildServer({
    dispatcher,
    editor: new TopologyEditor(store.topology, dispatcher),
    targets: TARGETS,
    health: service.reader,
    prober: service.prober,
    nodes: { registry: service.registry, now: service.now },
    addMetrics: (prometheus) => service.addMetrics(prometheus),
    ready: () => store.ready(),
  });
  t.after(() => app.close());
  const metrics = async () => {
    const answer = await app.inject('/metrics');
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/);
    return answer.body;
  };
  return { scene, app, metrics };
}

/** A node that reports, rooms on it, a worker that dies, a path that leads elsewhere, and a deep check. */
async function lived(t: TestContext) {
  const { scene, app, metrics } = await served(t);
  const node = scene.connect();
  node.say(roomsSaid(['standup', 'retro']));
  scene.answers.set('sfu-2/vip-stun', 'n');
  scene.answers.set('sfu-3', 't');
  for (let i = 0; i < 8; i++) {
    await scene.clock.go(INTERVAL);
    node.say(heartbeatSaid());
  }
  scene.answers.delete('sfu-3');
  node.say(diedSaid(40000, ['retro']));
  await scene.settle();
  await app.inject({ method: 'PUT', url: '/v1/rooms/retro' });
  scene.answers.set('sfu-2/tcp/fd00:1::12/4443', 'r');
  const [deep] = [...scene.schedules].filter(({ cron }) => cron === '0 4 * * *');
  const work = deep!.work();
  for (let i = 0; i < 200; i++) {
    await new Promise(setImmediate);
    await scene.clock.go(20);
  }
  await work;
  return { scene, metrics };
}

describe('GET /metrics', () => {
  test('tells states, probes, verdicts, what nodes report, and what became of their rooms', async (t) => {
    const { metrics } = await lived(t);
    const text = await metrics();
    for (const line of [
      /^roomlb_node_health\{state="down"\} \d$/m,
      /^roomlb_node_health\{state="up"\} \d$/m,
      /^roomlb_node_transitions_total\{node="sfu-3",state="suspect"\} 1$/m,
      /^roomlb_node_transitions_total\{node="sfu-3",state="down"\} 1$/m,
      /^roomlb_probes_total\{check="stun",outcome="ok"\} \d+$/m,
      /^roomlb_probes_total\{check="tcp",outcome="timeout"\} \d+$/m,
      /^roomlb_probe_duration_seconds_bucket\{le="0\.001",check="stun"\} \d+$/m,
      /^roomlb_probe_overruns_total 0$/m,
      /^roomlb_probes_under_way 0$/m,
      /^roomlb_health_panic 0$/m,
      /^roomlb_vip_path_fine_total\{node="sfu-1",vip="public"\} \d+$/m,
      /^roomlb_vip_path_wrong_node_total\{node="sfu-2",vip="public"\} \d+$/m,
      /^roomlb_node_connected\{node="sfu-1"\} 1$/m,
      /^roomlb_node_rooms\{node="sfu-1"\} \d+$/m,
      /^roomlb_node_participants\{node="sfu-1"\} \d+$/m,
      /^roomlb_node_consumers\{node="sfu-1"\} \d+$/m,
      /^roomlb_node_worker_deaths_total\{node="sfu-1"\} 1$/m,
      /^roomlb_rooms_moved_total\{node="sfu-1"\} 1$/m,
      /^roomlb_rooms_split 0$/m,
      /^roomlb_deep_check_contradictions_total\{node="sfu-2",check="tcp"\} 1$/m,
      /^roomlb_deep_check_last_timestamp_seconds 1717816\d+(\.\d+)?$/m,
      // The maintenance window is open: sfu-3 is draining beside sfu-4, which is so for good.
      /^roomlb_nodes\{state="draining"\} 2$/m,
      /^roomlb_maintenance_open\{window="night"\} 1$/m,
      /^roomlb_maintenance_open\{window="noon"\} 0$/m,
    ]) {
      assert.match(text, line);
    }
  });

  test('explains every one of them', async (t) => {
    const { metrics } = await lived(t);
    const text = await metrics();
    const names = [...text.matchAll(/^# TYPE (roomlb_\S+)/gm)].map(([, name]) => name!);
    for (const name of names) assert.match(text, new RegExp(`^# HELP ${name} \\S.*[.!]$`, 'm'), name);
    // Also those of which nothing has happened yet, so that rules for alerts can be written.
    for (const verdict of ['fine', 'dead', 'wrong_node', 'unproven', 'unknown'])
      assert.ok(names.includes(`roomlb_vip_path_${verdict}_total`), verdict);
    assert.match(text, /^# HELP roomlb_vip_path_dead_total .*Look whether the balancer has a rule/m);
  });

  test('labels are of fixed lists or of the topology: no rooms, and no secrets', async (t) => {
    const { metrics } = await lived(t);
    const text = await metrics();
    const labels = [...text.matchAll(/^roomlb_[a-z_]+\{([^}]*)\}/gm)].flatMap(([, all]) =>
      [...all!.matchAll(/([a-z]+)="/g)].map(([, label]) => label!),
    );
    const known = 'check le method node outcome result revision route state status vip window'.split(' ');
    assert.deepEqual(
      [...new Set(labels)].filter((label) => !known.includes(label)),
      [],
    );
    const { usernameFragment, password } = workerSaid(40000).probe!;
    for (const secret of [usernameFragment, password, INSTANCE, 'standup', 'retro'])
      assert.ok(!text.includes(secret), secret);
  });
});
