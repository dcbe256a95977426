/**
 * Health as it is in a network: a dispatcher on the balancer's host, real mediasoup workers in namespaces, real
 * rules of nftables in between; packets that vanish, rules that lead elsewhere or nowhere, a zone that is lost.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { NodeReport } from '../../src/health/report.ts';
import { topologyOf } from '../targets/documents.ts';
import { NO_WORKER } from '../media-node/support.ts';
import { until } from './api-client.ts';
import { DispatcherLab } from './dispatcher-lab.ts';
import { labSkipReason } from './netns.ts';

const skip = NO_WORKER || labSkipReason(['nft']);

/** Two nodes in each of two zones. */
function topology(health: object) {
  return topologyOf({
    cluster: 'health-lab',
    vips: [
      {
        id: 'public',
        addresses: ['203.0.113.10'],
        signalling: { port: 80 },
        media: { protocols: ['udp', 'tcp'], ports: '40000-40099' },
      },
    ],
    nodes: [1, 2, 3, 4].map((i) => ({
      id: `sfu-${i}`,
      kind: 'mediasoup',
      vip: 'public',
      addresses: [`10.0.0.${i}`],
      zone: i <= 2 ? 'a' : 'b',
      signallingPort: 4443,
      healthPort: 9100,
      mediaPorts: String(40000 + i),
    })),
    health,
  });
}

// Patient, since the machine may be busy: what is shown here is order and verdicts, not speed.
const HEALTH = {
  interval: '1s',
  timeout: '900ms',
  rise: 2,
  fall: 4,
  checks: ['stun', { type: 'vip-stun', interval: '1s' }, 'heartbeat'],
  damping: 'off',
  slowStart: 'off',
  panicThreshold: 'off',
};

const verdicts = ({ checks }: NodeReport) =>
  checks.filter(({ check }) => check === 'vip-stun').map(({ verdict }) => verdict);

const allUp = (lab: DispatcherLab) => async () =>
  (await lab.health()).nodes.every(
    (node) => node.state === 'up' && verdicts(node).every((verdict) => verdict === 'fine'),
  );

describe('health in a network', { skip }, () => {
  let lab: DispatcherLab;
  before(async () => {
    lab = await DispatcherLab.start(topology(HEALTH));
    await until('all nodes are up, directly and through the VIP', allUp(lab));
  });
  after(() => lab.close());

  test('packets to a node vanish: suspect first, then down; its room moves and the others stay', async () => {
    const room = await lab.roomOn('sfu-1');
    const others = await Promise.all(['sfu-2', 'sfu-3', 'sfu-4'].map((node) => lab.roomOn(node)));
    await lab.partition('sfu-1');
    await until('it is down', async () => (await lab.node('sfu-1')).state === 'down');
    const states = lab.told('node.state').filter(({ node }) => node === 'sfu-1');
    assert.deepEqual(
      states.slice(-2).map(({ to }) => to),
      ['suspect', 'down'],
    );
    const { node, moved } = await lab.placeOf(room);
    assert.notEqual(node.id, 'sfu-1');
    assert.deepEqual(moved, { from: 'sfu-1', why: 'down' });
    await until('the move is logged', () =>
      Promise.resolve(lab.told('room.moved').some((event) => event.room === room && event.to === node.id)),
    );
    for (const [i, other] of others.entries()) {
      assert.equal((await lab.placeOf(other)).node.id, `sfu-${i + 2}`);
    }
    await lab.reunite('sfu-1');
    await until('it is up again', allUp(lab));
  });

  test('a rule that leads to the wrong node is named as such, with the node that answers', async () => {
    await lab.misdirect('203.0.113.10', 40001, '10.0.0.2', 40002);
    await until('both paths to it are found wrong', async () =>
      verdicts(await lab.node('sfu-1')).every((verdict) => verdict === 'wrong-node'),
    );
    await until('no new rooms go there', async () => (await lab.node('sfu-1')).state === 'suspect');
    // The node itself is well: no reason to move its rooms, whose flows may go on.
    const { checks } = await lab.node('sfu-1');
    assert.ok(checks.filter(({ check }) => check === 'stun').every(({ state }) => state === 'up'));
    await until('the event is logged', () => Promise.resolve(lab.told('path.wrong-node').length > 0));
    const [told] = lab.told('path.wrong-node');
    assert.deepEqual([told?.node, told?.answeredBy], ['sfu-1', 'sfu-2']);
    assert.match(String(told?.hint), /rule/i);
    assert.deepEqual(verdicts(await lab.node('sfu-2')), ['fine', 'fine']);
    await lab.redirect();
    await until('the paths are fine again', allUp(lab));
  });

  test('a node that answers directly but not through the VIP is told from one that is down', async () => {
    const without = topology(HEALTH);
    await lab.loadRules({ ...without, nodes: without.nodes.filter(({ id }) => id !== 'sfu-3') });
    await until('the path is dead', async () =>
      verdicts(await lab.node('sfu-3')).every((verdict) => verdict === 'dead'),
    );
    await until('no new rooms go there', async () => (await lab.node('sfu-3')).state === 'suspect');
    const report = await lab.node('sfu-3');
    const direct = report.checks.filter(({ check }) => check === 'stun');
    assert.ok(direct.length > 0 && direct.every(({ state }) => state === 'up'));
    const [told] = lab.told('path.dead').filter(({ node }) => node === 'sfu-3');
    assert.match(String(told?.hint), /rule/i);
    await lab.loadRules(without);
    await until('the path is fine again', allUp(lab));
  });
});

describe('a network that breaks', { skip }, () => {
  test('a whole zone falls silent at once: most nodes are still believed, and no room moves', async (t) => {
    const lab = await DispatcherLab.start(topology({ ...HEALTH, panicThreshold: 0.4 }));
    t.after(() => lab.close());
    await until('all nodes are up', allUp(lab));
    const rooms = await Promise.all(['sfu-1', 'sfu-2', 'sfu-3'].map((node) => lab.roomOn(node)));
    await Promise.all([lab.partition('sfu-1'), lab.partition('sfu-2')]);
    await until('panic', async () => (await lab.health()).panic.on);
    // Long enough for `fall` timeouts: what is silent would be down by now.
    await until('both are measured as down', async () => {
      const { nodes } = await lab.health();
      return nodes.filter(({ measured }) => measured === 'down').length === 2;
    });
    const { nodes } = await lab.health();
    assert.ok(
      nodes.every(({ state }) => state !== 'down'),
      JSON.stringify(nodes.map(({ state }) => state)),
    );
    for (const [i, room] of rooms.entries()) {
      const { node, moved } = await lab.placeOf(room);
      assert.deepEqual([node.id, moved], [`sfu-${i + 1}`, undefined]);
    }
    assert.equal(lab.told('room.moved').length, 0);
    await Promise.all([lab.reunite('sfu-1'), lab.reunite('sfu-2')]);
    await until('panic is over', async () => !(await lab.health()).panic.on);
  });

  test('a node that goes and comes again and again is held back', async (t) => {
    const damping = { halfLife: '60s', suppress: 1500, reuse: 1000, maxSuppress: '10m' };
    const lab = await DispatcherLab.start(topology({ ...HEALTH, damping }));
    t.after(() => lab.close());
    await until('all nodes are up', allUp(lab));
    for (let i = 0; i < 2; i++) {
      await lab.partition('sfu-4');
      await until('it is down', async () => (await lab.node('sfu-4')).measured === 'down');
      await lab.reunite('sfu-4');
      await until('it answers again', async () => (await lab.node('sfu-4')).measured === 'up');
    }
    const report = await lab.node('sfu-4');
    assert.equal(report.state, 'suspect');
    assert.ok(report.heldUntil !== null && report.heldUntil > Date.now());
    assert.equal(lab.told('node.damped').filter(({ node }) => node === 'sfu-4').length, 1);
    for (let i = 0; i < 30; i++) assert.notEqual((await lab.placeOf(`new-${i}`)).node.id, 'sfu-4');
  });
});
