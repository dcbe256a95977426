/** nft itself reads what is rendered: checks it, loads it, loads it again. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { ofTarget } from '../../src/targets/balancer.ts';
import { nftables } from '../../src/targets/nftables/index.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import { tableName } from '../../src/targets/nftables/names.ts';
import type { Topology } from '../../src/topology/model.ts';
import { createLab, findBinary, labSkipReason, type Lab } from '../lab/netns.ts';
import { topologies } from '../topology/arbitrary.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf } from './documents.ts';

const FOREIGN = `table inet foreign {
  map media_udp4 {
    type ipv4_addr . inet_service : ipv4_addr
    flags interval
    elements = { 203.0.113.10 . 40000-40003 : 10.9.9.9 }
  }
  chain prerouting {
    type nat hook prerouting priority dstnat + 10; policy accept;
    dnat ip to ip daddr . udp dport map @media_udp4
  }
}
`;

const NOWHERE: Topology = { ...cluster({ media: { ports: '40000-40001' } }, [{}]), vips: [], nodes: [] };

describe('nft', { skip: labSkipReason(['nft', 'conntrack']) }, () => {
  let lab: Lab;
  let foreign: string;

  const nft = (args: readonly string[], input?: string) =>
    lab.check(lab.lb, 'nft', args, { input: input ?? '' });

  before(async () => {
    lab = await createLab(NOWHERE);
    await nft(['-f', '-'], FOREIGN);
    foreign = await nft(['list', 'table', 'inet', 'foreign']);
  });
  after(() => lab.close());

  /** Returns the table as the kernel has it. */
  async function load(topology: Topology): Promise<string | undefined> {
    const [file] = nftables.render(intentOf(topology)).files;
    if (!file) return undefined;
    await nft(['-c', '-f', '-'], file.content);
    await nft(['-f', '-'], file.content);
    return nft(['list', 'table', 'inet', tableName(topology.cluster)]);
  }

  async function loadTwice(topology: Topology): Promise<void> {
    const once = await load(topology);
    assert.equal(await load(topology), once);
    assert.equal(await nft(['list', 'table', 'inet', 'foreign']), foreign);
  }

  test('accepts every topology, replaces its own table in one step and leaves others alone', async () => {
    await fc.assert(fc.asyncProperty(topologies(), loadTwice), { numRuns: 60 });
  });

  test('accepts 50 nodes and more', async () => {
    await fc.assert(fc.asyncProperty(topologies({ maxNodes: 60 }), loadTwice), { numRuns: 5 });
  });

  test('accepts the largest pool that is dealt out in turn, and larger ones', async () => {
    for (const weights of [
      [255, 254],
      [1, 1],
    ]) {
      const nodes = Array.from({ length: 4500 }, (_, i) => ({ weight: weights[i % 2] }));
      await loadTwice(cluster({ signalling: { port: 80 } }, nodes.slice(0, weights[0] === 1 ? 4096 : 4500)));
    }
  });

  test('names nodes and the cluster in what it lists', async () => {
    const topology = cluster({ media: { ports: '40000-40999' } }, [{}, {}]);
    const listed = await load(topology);
    assert.match(listed ?? '', /comment "roomlb cluster test-1"/);
    assert.match(listed ?? '', /203\.0\.113\.10 \. 40002-40003 comment "public\/sfu-2" : 10\.0\.0\.2/);
  });

  test('says of its table what the driver wanted, from any topology to any other', async () => {
    const program = { nft: findBinary('nft') ?? '', conntrack: findBinary('conntrack') ?? '' };
    const balancer = { ...ofTarget(balancerFor('nftables'), 'nftables'), namespace: lab.lb, ...program };
    const run = { signal: new AbortController().signal };
    const bringTo = async (topology: Topology) => {
      // One table for all of them, so that each is reached from the one before.
      const driver = nftablesDriver(balancer, 'fixed');
      const desired = driver.desired({ ...intentOf(topology), cluster: 'fixed' });
      await driver.apply(driver.plan(await driver.read(), desired), run);
      const { steps, changes, foreign } = driver.plan(await driver.read(), desired);
      assert.deepEqual([steps, changes, foreign], [[], [], []]);
    };
    const pairs = fc.tuple(topologies(), topologies());
    const property = fc.asyncProperty(pairs, async ([from, to]) => {
      await bringTo(from);
      await bringTo(to);
    });
    await fc.assert(property, { numRuns: 60 });
    assert.equal(await nft(['list', 'table', 'inet', 'foreign']), foreign);
  });
});
