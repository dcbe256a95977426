/** The nftables driver with the kernel's own tables, packets and conntrack. */
import { ofTarget } from '../../src/targets/balancer.ts';
import { nftablesDriver } from '../../src/targets/nftables/driver/driver.ts';
import { ENGINE_DEFAULTS } from '../../src/topology/balancers/balancer.ts';
import { balancerFor } from '../targets/balancers.ts';
import { testDriver, type EngineHarness } from './driver-contract.ts';
import { testDraining } from './drain-contract.ts';
import { testKept } from './kept-contract.ts';
import { testUpsets } from './upset-contract.ts';
import { testTraffic } from './traffic-contract.ts';
import { findBinary, labSkipReason, type Lab } from './netns.ts';

const skip = labSkipReason(['nft', 'conntrack']);

/** Somebody else's, with a map of the same name as one of RoomLB's. */
const FOREIGN = `table inet foreign {
  map media_udp4 {
    type ipv4_addr . inet_service : ipv4_addr
    flags interval
    elements = { 203.0.113.99 . 40000-40003 : 10.9.9.9 }
  }
  chain prerouting {
    type nat hook prerouting priority dstnat + 10; policy accept;
    dnat ip to ip daddr . udp dport map @media_udp4
  }
}
`;

function balancerOf(lab: Lab) {
  const nft = findBinary('nft') ?? 'nft';
  const conntrack = findBinary('conntrack') ?? 'conntrack';
  return { ...ofTarget(balancerFor('nftables'), 'nftables'), namespace: lab.lb, nft, conntrack };
}

const harness: EngineHarness = {
  name: 'nftables',
  skip,
  vip: {
    signalling: { port: 80, ports: '4000-4099' },
    media: { protocols: ['udp', 'tcp'], ports: '40000-40999' },
  },
  async start(lab) {
    const nft = (args: readonly string[], input = '') => lab.check(lab.lb, 'nft', args, { input });
    await nft(['-f', '-'], FOREIGN);
    const balancer = balancerOf(lab);
    return {
      driver: nftablesDriver(balancer, 'test-1'),
      balancer,
      dump: () => nft(['list', 'ruleset']),
      foreign: () => nft(['list', 'table', 'inet', 'foreign']),
      async restart() {
        await nft(['flush', 'ruleset']);
        await nft(['-f', '-'], FOREIGN);
      },
      stop: () => Promise.resolve(),
    };
  },
};
testDriver(harness);
testTraffic(harness);
testDraining(harness);
testKept(harness, {
  by: 'agent',
  programs: ENGINE_DEFAULTS.nftables,
  drift: ({ lab }) =>
    lab.check(lab.lb, 'nft', ['delete element inet roomlb_test-1 media_udp4 { 203.0.113.10 . 40000-40001 }']),
});
const media = { protocols: ['udp', 'tcp'], ports: '40000-40999', drain: 'flush' };
testUpsets(
  { ...harness, vip: { ...harness.vip, media } },
  {
    wraps: { nft: '"-f -"', conntrack: '"-D "*' },
    // Between the rules and the cuts.
    kills: [{ change: 'a node drains', at: 1 }],
    broken: '{ cat; echo "add rule inet no such"; } | "$real" "$@"; exit',
    async harm({ lab }) {
      const table = await lab.check(lab.lb, 'nft', ['list', 'table', 'inet', 'roomlb_test-1']);
      return `"$real" "$@"; "$real" -f - <<'END'; exit\ndelete table inet roomlb_test-1\n${table}END`;
    },
  },
);
