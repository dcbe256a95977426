/** Changes by the nftables driver while flows go on: every packet that finds no answer is counted. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ofTarget } from '../../src/targets/balancer.ts';
import type { Plan } from '../../src/targets/driver.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import type { NftablesAction } from '../../src/targets/nftables/driver/state.ts';
import type { Topology } from '../../src/topology/model.ts';
import { balancerFor } from '../targets/balancers.ts';
import { cluster, intentOf, type Fields } from '../targets/documents.ts';
import { startClient, tally, whoAnswered, type LabClient, type LabRequest, type Outcome } from './client.ts';
import { startEchoNodes } from './echo-node.ts';
import { createLab, findBinary, labSkipReason, type Lab } from './netns.ts';

const skip = labSkipReason(['nft', 'conntrack']);
const run = { signal: new AbortController().signal };

const MEDIA = { protocols: ['udp', 'tcp'], ports: '40000-49999' };
const VIPS = { 4: '203.0.113.10', 6: '2001:db8::10' } as const;

/** As many nodes as there are fields; node n has ports 40000 + 2n and the next. */
function topologyWith(nodes: readonly Fields[], drain = 'keep-flows'): Topology {
  return cluster({ signalling: { port: 80 }, media: { ...MEDIA, drain } }, nodes);
}

function driverFor(lab: Lab, cluster = 'test-1') {
  const [nft = '', conntrack = ''] = ['nft', 'conntrack'].map(findBinary);
  const balancer = { ...ofTarget(balancerFor('nftables'), 'nftables'), namespace: lab.lb, nft, conntrack };
  return nftablesDriver(balancer, cluster);
}

function scripts({ steps }: Plan<NftablesAction>): string[] {
  return steps.map(({ action }) => (action.do === 'load' ? action.script.trim() : 'cut'));
}

describe('the nftables driver, with flows going on', { skip }, () => {
  let lab: Lab;
  let client: LabClient;
  let driver: ReturnType<typeof driverFor>;
  let round = 0;

  before(async () => {
    const everybody = topologyWith([{}, {}, {}, {}]);
    lab = await createLab(everybody);
    await startEchoNodes(lab, everybody);
    client = await startClient(lab);
    driver = driverFor(lab);
  });
  after(() => lab.close());
  beforeEach(() => {
    round++;
  });

  const nft = (args: readonly string[], input = '') => lab.check(lab.lb, 'nft', args, { input });
  const planTo = async (topology: Topology) =>
    driver.plan(await driver.read(), driver.desired(intentOf(topology)));
  const bringTo = async (topology: Topology) => driver.apply(await planTo(topology), run);
  /** A flow of one node that goes on through the test, by UDP and TCP, IPv4 and IPv6. */
  const flowsOf = (node: number): LabRequest[] =>
    (['udp', 'tcp'] as const).flatMap((kind) =>
      ([4, 6] as const).map((family) => ({
        kind,
        address: VIPS[family],
        port: 40000 + 2 * (node - 1),
        patience: 3000,
        keep: `${round} ${kind} ${family} ${node}`,
      })),
    );
  /** Asks on all of these flows without a pause while the work is done, and once more after it. */
  const during = async (flows: readonly LabRequest[], work: () => Promise<void>): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    const done = new AbortController();
    const talk = flows.map(async (flow) => {
      do outcomes.push(...(await client.ask([flow])));
      while (!done.signal.aborted);
    });
    await work().finally(() => done.abort());
    await Promise.all(talk);
    outcomes.push(...(await client.ask(flows)));
    return outcomes;
  };
  /** What conntrack knows of flows to sfu-3. */
  const entries = async (port: number, family: 'ipv4' | 'ipv6') => {
    const node = family === 'ipv4' ? '10.0.0.3' : 'fd00:1::3';
    const filter = ['-f', family, '-p', 'udp', '--orig-port-dst', String(port), '--reply-src', node];
    return (await lab.run(lab.lb, 'conntrack', ['-L', ...filter])).stdout;
  };

  const CHANGES: Record<string, readonly Fields[]> = {
    'a node is added': [{}, {}, {}, {}],
    'a node is removed': [{}, {}],
    'a weight changes': [{ weight: 50 }, {}, {}],
    'a node drains': [{}, {}, { state: 'draining' }],
    'a node is at another address': [{}, {}, { addresses: ['10.0.0.4', 'fd00:1::4'] }],
    'idle timeouts change': [{}, {}, {}],
  };
  for (const drain of ['keep-flows', 'flush']) {
    for (const [what, nodes] of Object.entries(CHANGES)) {
      test(`lose no packet of other nodes when ${what} (${drain})`, async () => {
        await bringTo(topologyWith([{}, {}, {}], drain));
        const next = cluster(
          {
            signalling: { port: 80 },
            media: { ...MEDIA, drain, ...(what.startsWith('idle') ? { idleTimeout: '33s' } : {}) },
          },
          nodes,
        );
        const flows = [...flowsOf(1), ...flowsOf(2)];
        await client.ask(flows);
        const outcomes = await during(flows, async () => {
          await bringTo(next);
          await bringTo(topologyWith([{}, {}, {}], drain));
        });
        assert.deepEqual(Object.keys(tally(outcomes)).sort(), ['sfu-1', 'sfu-2']);
        assert.ok(outcomes.length >= 2 * flows.length);
      });
    }
  }

  test('keep the flows of a node that drains, lose none of their packets, and let no new ones in', async () => {
    await bringTo(topologyWith([{}, {}, {}]));
    await client.ask(flowsOf(3));
    const outcomes = await during(flowsOf(3), () => bringTo(topologyWith([{}, {}, { state: 'draining' }])));
    assert.deepEqual(Object.keys(tally(outcomes)), ['sfu-3']);
    const fresh = flowsOf(3).map((flow) => ({ ...flow, keep: `fresh ${flow.keep ?? ''}` }));
    assert.deepEqual(tally(await client.ask(fresh)), { '(ECONNREFUSED)': 4 });
    assert.match(await entries(40004, 'ipv4'), /src=10\.0\.0\.3/);
  });

  test('cut the flows of a node that drains by flush, and of no other', async () => {
    await bringTo(topologyWith([{}, {}, {}], 'flush'));
    await client.ask([...flowsOf(3), ...flowsOf(2)]);
    assert.match(await entries(40004, 'ipv6'), /src=fd00:1::3/);
    const plan = await planTo(topologyWith([{}, {}, { state: 'draining' }], 'flush'));
    assert.match(
      plan.steps.map(({ text }) => text).join('\n'),
      /conntrack -D -f ipv6 -p udp --orig-dst 2001:db8::10 --orig-port-dst 40004-40005 --reply-src fd00:1::3/,
    );
    const outcomes = await during(flowsOf(2), () => driver.apply(plan, run));
    assert.deepEqual(Object.keys(tally(outcomes)), ['sfu-2']);
    for (const family of ['ipv4', 'ipv6'] as const) assert.equal(await entries(40004, family), '');
    const later = whoAnswered(await client.ask(flowsOf(3).filter(({ kind }) => kind === 'udp')));
    assert.deepEqual(later, ['(ECONNREFUSED)', '(ECONNREFUSED)']);
    assert.deepEqual(scripts(await planTo(topologyWith([{}, {}, { state: 'draining' }], 'flush'))), []);
  });

  test('lead flows of a re-pointed port to the new node at once by flush, and let them end by keep-flows', async () => {
    for (const [drain, who] of [
      ['flush', 'sfu-4'],
      ['keep-flows', 'sfu-3'],
    ]) {
      round++;
      await bringTo(topologyWith([{}, {}, {}], drain));
      const udp = flowsOf(3).filter(({ kind }) => kind === 'udp');
      assert.deepEqual(whoAnswered(await client.ask(udp)), ['sfu-3', 'sfu-3']);
      await startPortsOfThird();
      await bringTo(topologyWith([{}, {}, { addresses: ['10.0.0.4', 'fd00:1::4'] }], drain));
      assert.deepEqual(whoAnswered(await client.ask(udp)), [who, who]);
    }
  });
  let started: Promise<unknown> | undefined;
  /** sfu-4 listens on the ports of sfu-3 as well. */
  const startPortsOfThird = () => {
    const { nodes, ...rest } = topologyWith([{}, {}, { id: 'sfu-4', addresses: ['10.0.0.4', 'fd00:1::4'] }]);
    const fourth = nodes
      .filter(({ id }) => id === 'sfu-4')
      .map((node) => ({ ...node, signallingPort: null }));
    return (started ??= startEchoNodes(lab, { ...rest, nodes: fourth }));
  };

  test('cut what an apply that was killed in between had yet to cut', async () => {
    const drained = topologyWith([{}, {}, { state: 'draining' }], 'flush');
    await bringTo(topologyWith([{}, {}, {}], 'flush'));
    await client.ask(flowsOf(3));
    const killed = new Error('killed');
    const onStep = (index: number) => {
      if (index === 1) throw killed;
    };
    await assert.rejects(driver.apply(await planTo(drained), { ...run, onStep }), killed);
    assert.notEqual(await entries(40004, 'ipv4'), '');
    assert.match(
      await nft(['list', 'ruleset']),
      /udp \. 203\.0\.113\.10 \. 40004 \. 10\.0\.0\.3 comment "pending"/,
    );
    const again = await planTo(drained);
    assert.equal(scripts(again)[0], 'cut');
    await driver.apply(again, run);
    assert.equal(await entries(40004, 'ipv4'), '');
    assert.deepEqual(scripts(await planTo(drained)), []);
  });

  test('bring back what somebody else changed in the table, and leave alone what is outside of it', async () => {
    const base = topologyWith([{}, {}, {}]);
    await bringTo(base);
    await nft(['-f', '-'], 'table ip somebody { chain c { counter comment "by hand"; }; }');
    const others = await nft(['list', 'table', 'ip', 'somebody']);
    const good = await nft(['list', 'table', 'inet', 'roomlb_test-1']);
    const hands = [
      'delete element inet roomlb_test-1 media_udp4 { 203.0.113.10 . 40000-40001 }',
      'add rule inet roomlb_test-1 services ip daddr 203.0.113.10 drop',
      'flush chain inet roomlb_test-1 prerouting',
      'add chain inet roomlb_test-1 more',
    ];
    for (const hand of hands) {
      await nft(['-f', '-'], hand);
      const { changes, foreign } = await planTo(base);
      assert.deepEqual([changes.length, foreign], [1, []], hand);
      const outcomes = await during(flowsOf(2), () => bringTo(base));
      assert.ok(!('(silence)' in tally(outcomes.slice(-4))), hand);
    }
    assert.deepEqual(
      (await nft(['list', 'table', 'inet', 'roomlb_test-1'])).split('\n').sort(),
      good.split('\n').sort(),
    );
    assert.equal(await nft(['list', 'table', 'ip', 'somebody']), others);
  });

  test('take a table of the same name without the mark for somebody else’s', async () => {
    await nft(['-f', '-'], 'table inet roomlb_other { comment "by hand"; chain c { }; }');
    const other = driverFor(lab, 'other');
    const desired = other.desired({ ...intentOf(topologyWith([{}])), cluster: 'other' });
    const { foreign } = other.plan(await other.read(), desired);
    assert.deepEqual(foreign, [
      'table inet roomlb_other is not this cluster\'s: it says "by hand", where RoomLB\'s own says "roomlb cluster other"',
    ]);
    const nothing = other.desired({ ...intentOf(topologyWith([{}])), cluster: 'other', services: [] });
    assert.deepEqual(other.plan(await other.read(), nothing).steps, []);
    await nft(['delete', 'table', 'inet', 'roomlb_other']);
  });

  test('refuse what nft refuses, in its own words, and have changed nothing', async () => {
    await bringTo(topologyWith([{}, {}, {}]));
    const before = await nft(['list', 'ruleset']);
    const plan = await planTo(topologyWith([{}, {}]));
    const broken = {
      ...plan,
      steps: plan.steps.map(({ text, action }) => ({
        text,
        action:
          action.do === 'load' ? { ...action, script: `${action.script}add rule inet no such\n` } : action,
      })),
    };
    await assert.rejects(driver.apply(broken, run), { kind: 'refused', message: /^nft -f .*syntax error/ });
    assert.equal(await nft(['list', 'ruleset']), before);
  });
});
