/**
 * Pairs of balancers as the module makes them, each keepalived in a network namespace of its own: one holds the VIP,
 * and the other takes over. VRRP alone, since virtual services are in the kernel, and other tests' subject.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { provider } from '../../src/terraform-provider/roomlb.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { createLab, labSkipReason } from '../lab/netns.ts';
import { until } from '../media-node/support.ts';
import { inProcess } from '../terraform-provider/in-process.ts';
import { NO_TERRAFORM } from '../terraform-provider/terraform.ts';
import { CONF, plannedOutputs, site, type Files } from './bare-metal-site.ts';
import { terraformTree } from './tree.ts';

const VIP = '198.51.100.10';
const OWN = { 'lb-1': '198.51.100.2', 'lb-2': '198.51.100.3' } as const;
type Name = keyof typeof OWN;

/** The lab's nodes are the balancers here. */
const HOSTS = JSON.stringify({
  cluster: 'hosts',
  vips: [{ id: 'v', addresses: ['192.0.2.1'], media: { ports: '40000-40001' } }],
  nodes: Object.entries(OWN).map(([id, address], index) => ({
    id,
    kind: 'mediasoup',
    vip: 'v',
    addresses: [address],
    mediaPorts: 40000 + index,
  })),
});

for (const [how, given, first] of [
  ['multicast', {}, null],
  [
    'unicast',
    {
      vrrp: { unicast: true },
      balancers: {
        'lb-1': { address: OWN['lb-1'], priority: 150 },
        'lb-2': { address: OWN['lb-2'], priority: 100 },
      },
    },
    'lb-1',
  ],
] as const) {
  test(
    `of a pair that talks by ${how} one holds the VIP, and the other takes it when that one ends`,
    { skip: NO_TERRAFORM || labSkipReason(['keepalived']) },
    async (t) => {
      const terraform = terraformTree(t, { env: await inProcess(t, provider) });
      const { balancers } = await plannedOutputs<{ balancers: Files }>(terraform, site(given));
      const { topology } = parseTopology(HOSTS, { file: 'hosts' });
      assert.ok(topology);
      const lab = await createLab(topology, { vipsOnBalancer: false });
      t.after(() => lab.close());
      const folder = mkdtempSync(join(tmpdir(), 'roomlb-pair-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));

      const names = Object.keys(OWN) as Name[];
      for (const [index, name] of names.entries()) {
        // On one network, as balancers are: not through the lab's own balancer.
        const other = OWN[names[1 - index]!];
        await lab.check(lab.nsOfNode(name), 'ip', ['route', 'add', other, 'dev', 'eth0', 'src', OWN[name]]);
      }
      const running = Object.fromEntries(
        names.map((name) => {
          const file = join(folder, `${name}.conf`);
          writeFileSync(file, balancers[name]?.[CONF] ?? '');
          const pids = ['-p', join(folder, `${name}.pid`), '-r', join(folder, `${name}-vrrp.pid`)];
          const child = lab.spawn(lab.nsOfNode(name), 'keepalived', [
            ...['--vrrp', '--dont-fork', '--use-file', file],
            ...pids,
          ]);
          child.stdout.resume();
          child.stderr.resume();
          return [name, child];
        }),
      ) as Record<Name, ReturnType<typeof lab.spawn>>;

      const holders = async () => {
        const held = await Promise.all(
          names.map(async (name) => {
            const shown = await lab.check(lab.nsOfNode(name), 'ip', ['-o', 'address', 'show', 'dev', 'eth0']);
            return shown.includes(` ${VIP}/32 `) ? [name] : [];
          }),
        );
        return held.flat();
      };
      await until('somebody holds the VIP', async () => (await holders()).length > 0);
      // Whoever heard nothing of the other has taken it too by then, and keeps it: RFC 9568 section 6.1, three
      // advertisements and less than one more.
      await sleep(4000);
      await until('one of them holds it', async () => (await holders()).length === 1);
      const [holder] = await holders();
      assert.ok(holder);
      if (first !== null) assert.equal(holder, first);

      const ended = once(running[holder], 'close');
      running[holder].kill('SIGTERM');
      await ended;
      await until('the other holds it', async () => {
        const now = await holders();
        return now.length === 1 && now[0] !== holder;
      });
    },
  );
}
