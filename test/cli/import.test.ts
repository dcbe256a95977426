import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TARGETS } from '../../src/targets/registry.ts';
import { loadTopology } from '../../src/topology/load.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { roomlb } from './roomlb.ts';

let folder: string;
let topology: string;
const at = (name: string) => join(folder, name);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-import-'));
  topology = at('small.yaml');
  await writeFile(topology, SMALL);
});
after(() => rm(folder, { recursive: true }));

const HAND_MADE = `
frontend web
    bind 198.51.100.7:443
    acl admin path_beg /admin
    default_backend nodes
backend nodes
    option httpchk GET /health
    server a 10.1.0.1:8443 check port 9100 weight 10
    server b backend.example.net:8443
`;

describe('roomlb import', () => {
  test('prints a topology, and says of each line that it did not understand which and why', async () => {
    await writeFile(at('hand.cfg'), HAND_MADE);
    const { out, err, code } = await roomlb('import', 'haproxy', at('hand.cfg'), '--cluster', 'site-1');
    assert.equal(code, 0, err);
    assert.match(err, /line 4: not understood: acl admin path_beg \/admin\n/);
    assert.match(err, /line 9: not understood: server b .*\(it names no address\)/);
    await writeFile(at('site.yaml'), out);
    const { topology: read } = await loadTopology(at('site.yaml'));
    assert.equal(read?.cluster, 'site-1');
    const [node] = read.nodes;
    assert.deepEqual([node?.id, node?.weight, node?.signallingPort, node?.healthPort], ['a', 10, 8443, 9100]);
    assert.equal((await roomlb('import', 'haproxy', at('hand.cfg'), '--strict')).code, 1);
    const json = (await roomlb('import', 'haproxy', at('hand.cfg'), '--json')).json();
    assert.deepEqual(
      json.unread.map(({ line }: { line: number }) => line),
      [4, 9],
    );
  });

  test('says what is not there, and what cannot be read', async () => {
    await writeFile(at('empty.cfg'), '');
    const nothing = await roomlb('import', 'ipvs', at('empty.cfg'));
    assert.equal(nothing.code, 1);
    assert.match(nothing.err, /no virtual service was found/);
    const missing = await roomlb('import', 'ipvs', at('nowhere'));
    assert.equal(missing.code, 2);
    assert.match(missing.err, /nowhere: cannot be read/);
    const unreadable = await roomlb('import', 'node-setup', at('empty.cfg'));
    assert.equal(unreadable.code, 2);
    assert.match(unreadable.err, /of node-setup cannot be read yet; those of haproxy, /);
  });
});

describe('roomlb diff --running', () => {
  for (const { name, readBack } of TARGETS) {
    if (!readBack) continue;
    test(`${name} that runs what was rendered does not differ`, async () => {
      const { out } = await roomlb('render', name, '-t', topology);
      await writeFile(at(name), out);
      const same = await roomlb('diff', topology, '--running', at(name), '--target', name);
      assert.equal(same.code, 0, same.out);
      assert.match(same.out, /the device does what the topology says/);
      await writeFile(at('changed.yaml'), SMALL.replace('10.0.1.11', '10.0.1.99'));
      const changed = await roomlb('diff', at('changed.yaml'), '--running', at(name), '--target', name);
      assert.equal(changed.code, 1);
      assert.match(
        changed.out,
        /~ line [0-9]+: tcp 203\.0\.113\.10:80: .*10\.0\.1\.11.*wanted: .*10\.0\.1\.99/,
      );
    });
  }

  test('says how it is used', async () => {
    for (const args of [
      ['diff', topology],
      ['diff', topology, topology, '--running', topology, '--target', 'ipvs'],
      ['diff', topology, '--running', topology],
      ['diff', '-', '--running', '-', '--target', 'ipvs'],
    ]) {
      const { code, err } = await roomlb(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, /--running|standard input/);
    }
  });
});
