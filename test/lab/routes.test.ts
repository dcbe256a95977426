/**
 * Real BGP sessions: each daemon as rendered, on the lab's balancer, tells a router (a BIRD in the client's
 * namespace) of a VIP, and withdraws it once too few of its nodes are usable.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import { bird } from '../../src/targets/bird/index.ts';
import { exabgp } from '../../src/targets/exabgp/index.ts';
import { frr } from '../../src/targets/frr/index.ts';
import { gobgp } from '../../src/targets/gobgp/index.ts';
import type { Target } from '../../src/targets/target.ts';
import { topologyOf } from '../targets/documents.ts';
import { createLab, findBinary, labSkipReason, type Lab, type LabProcess } from './netns.ts';

const VIPS = ['203.0.113.10', '2001:db8::10'];

const topology = topologyOf({
  cluster: 'c',
  bgp: {
    asn: 65_010,
    routerId: '192.0.2.2',
    neighbors: [
      { address: '192.0.2.1', asn: 65_000, source: '192.0.2.2' },
      { address: '2001:db8:1::1', asn: 65_000, source: '2001:db8:1::2' },
    ],
  },
  vips: [
    {
      id: 'v',
      addresses: VIPS,
      media: { ports: 40_000 },
      route: { watermark: '50%', communities: ['65010:100'] },
    },
  ],
  nodes: [{ id: 'a', kind: 'mediasoup', vip: 'v', addresses: ['10.0.0.1', 'fd00:1::1'], mediaPorts: 40_000 }],
});

const ROUTER = ['192.0.2.1 as 65000; neighbor 192.0.2.2', '2001:db8:1::1 as 65000; neighbor 2001:db8:1::2']
  .map(
    (ends, i) => `protocol bgp lb${i} {
  local ${ends} as 65010;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv${i === 0 ? 4 : 6} { import all; export none; };
}`,
  )
  .join('\n');

const BGPD = '/usr/lib/frr/bgpd';

interface Daemon {
  readonly target: Target;
  /** Why it cannot run here, or false. */
  readonly missing: string | false;
  /** Runs until the lab closes, or the process is killed. */
  readonly start: (lab: Lab, folder: string) => Promise<LabProcess>;
  /** Takes the files in the folder, which have changed. */
  readonly load: (lab: Lab, folder: string) => Promise<unknown>;
}

const needs = (program: string) => (findBinary(program) ? false : `needs ${program}, which is not installed`);

const DAEMONS: readonly Daemon[] = [
  {
    target: bird,
    missing: needs('birdc'),
    start: (lab, folder) =>
      Promise.resolve(lab.spawn(lab.lb, 'bird', ['-f', '-c', `${folder}/bird.conf`, '-s', `${folder}/ctl`])),
    load: (lab, folder) => lab.run(lab.lb, 'birdc', ['-s', `${folder}/ctl`, 'configure']),
  },
  {
    target: frr,
    missing: needs('vtysh') || (existsSync(BGPD) ? false : `needs ${BGPD}, which is not installed`),
    start: (lab, folder) =>
      Promise.resolve(
        lab.spawn(lab.lb, BGPD, ['-Z', '-S', '-P', '0', '--vty_socket', folder, '-i', `${folder}/pid`]),
      ),
    // Twice, since what is there already must be no error.
    async load(lab, folder) {
      const file = `${folder}/roomlb-frr.conf`;
      for (let time = 0; time < 2; time++) {
        await until(
          async () => (await lab.run(lab.lb, 'vtysh', ['--vty_socket', folder, '-f', file])).code === 0,
        );
      }
    },
  },
  {
    target: exabgp,
    missing: needs('exabgp'),
    start: (lab, folder) =>
      Promise.resolve(
        lab.spawn(lab.lb, 'env', [
          ...['exabgp.api.cli=false', 'exabgp.daemon.user=root', 'exabgp'],
          `${folder}/exabgp.conf`,
        ]),
      ),
    // It follows its file by itself.
    load: () => Promise.resolve(),
  },
  {
    target: gobgp,
    missing: needs('gobgpd') || needs('gobgp'),
    start: (lab, folder) =>
      Promise.resolve(lab.spawn(lab.lb, 'gobgpd', ['-t', 'toml', '-f', `${folder}/gobgpd.toml`])),
    load: (lab, folder) =>
      until(async () => (await lab.run(lab.lb, 'sh', [`${folder}/gobgp-routes.sh`])).code === 0),
  },
];

describe('a router', { skip: labSkipReason(['bird', 'birdc']) }, () => {
  let lab: Lab;
  let scratch: string;

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'roomlb-routes-'));
    lab = await createLab(topology);
    for (const [ns, host] of [
      [lab.lb, 2],
      [lab.client, 1],
    ] as const) {
      await lab.check(ns, 'ip', ['address', 'add', `192.0.2.${host}/24`, 'dev', 'eth0']);
      await lab.check(ns, 'ip', ['address', 'add', `2001:db8:1::${host}/64`, 'dev', 'eth0', 'nodad']);
    }
    const conf = `${scratch}/router.conf`;
    await writeFile(conf, `router id 192.0.2.1;\nprotocol device { }\n${ROUTER}\n`);
    lab.spawn(lab.client, 'bird', ['-f', '-c', conf, '-s', `${scratch}/router.ctl`]);
  });
  after(async () => {
    await lab.close();
    await rm(scratch, { recursive: true });
  });

  /** The prefixes that the router knows, with its communities, sorted. */
  const known = async (): Promise<string[]> => {
    const { stdout } = await lab.run(lab.client, 'birdc', ['-s', `${scratch}/router.ctl`, 'show route all']);
    const routes = stdout.split(/\n(?=\S)/).filter((route) => /^\S+\/(32|128) /.test(route));
    return routes.map((route) => `${route.split(' ')[0]} ${/BGP.community: (.*)/.exec(route)?.[1]}`).sort();
  };

  for (const { target, missing, start, load } of DAEMONS) {
    test(`is told of VIPs by ${target.name}, and that they are gone`, { skip: missing }, async () => {
      const folder = await mkdtemp(path.join(scratch, `${target.name}-`));
      const put = async (health: 'up' | 'down') => {
        const { files } = target.render(buildIntent(clusterView(topology, new Map([['a', health]]))));
        for (const { path: name, content, mode = 0o644 } of files) {
          const file = path.join(folder, name);
          await writeFile(`${file}.new`, content.replaceAll(/\/etc\/(bird|exabgp)\b/g, folder));
          await chmod(`${file}.new`, mode);
          await rename(`${file}.new`, file);
        }
      };
      await put('up');
      const daemon = await start(lab, folder);
      const announced = [`${VIPS[1]}/128 (65010,100)`, `${VIPS[0]}/32 (65010,100)`].sort();
      for (const health of ['up', 'down', 'up', 'down'] as const) {
        await put(health);
        await load(lab, folder);
        await becomes(known, health === 'up' ? announced : []);
      }
      daemon.kill('SIGKILL');
    });
  }
});

async function becomes(read: () => Promise<string[]>, wanted: readonly string[]): Promise<void> {
  let last: string[] = [];
  await until(async () => {
    last = await read();
    return last.join() === wanted.join();
  }).catch(() => assert.deepEqual(last, wanted));
}

/** Fails after half a minute. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 150) throw new Error('it never came to that');
    await sleep(200);
  }
}
