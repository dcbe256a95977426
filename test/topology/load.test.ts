import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { formatFaults } from '../../src/topology/faults.ts';
import { loadTopology } from '../../src/topology/load.ts';
import { MAX_TOPOLOGY_BYTES } from '../../src/topology/limits.ts';

const TOPOLOGY =
  'cluster: c\nvips: [{ id: v, addresses: [203.0.113.10], media: { ports: 9000 } }]\nnodes: []\n';

describe('loadTopology', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roomlb-load-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function loadText(content: string | Uint8Array): Promise<string> {
    const file = path.join(folder, 'topology.yaml');
    await writeFile(file, content);
    const { topology, faults } = await loadTopology(file);
    return topology ? topology.cluster : formatFaults(faults).replaceAll(`${folder}/`, '');
  }

  test('reads a file, with or without a byte order mark', async () => {
    assert.equal(await loadText(TOPOLOGY), 'c');
    assert.equal(await loadText(`\ufeff${TOPOLOGY}`), 'c');
    assert.equal(await loadText(TOPOLOGY.replaceAll('\n', '\r\n')), 'c');
  });

  test('names the file in faults', async () => {
    assert.equal(
      await loadText(TOPOLOGY.replace('nodes', 'node')),
      'topology.yaml:3:1: error: node: unknown key "node" (hint: did you mean "nodes"?)',
    );
  });

  test('says that there is no such file', async () => {
    const { faults } = await loadTopology('/nowhere/topology.yaml');
    assert.equal(
      formatFaults(faults),
      '/nowhere/topology.yaml: error: there is no such file (hint: check the path; --topology names another file)',
    );
  });

  test('says that it is a folder', async () => {
    const { faults } = await loadTopology(folder);
    assert.equal(formatFaults(faults), `${folder}: error: is a folder (hint: name the file in it)`);
  });

  test('refuses what is not UTF-8', async () => {
    assert.equal(
      await loadText(Uint8Array.of(0x63, 0xff, 0xfe)),
      'topology.yaml: error: is not UTF-8 text (hint: save it as UTF-8)',
    );
  });

  test('refuses a file that is too large, and one that never ends', async () => {
    const message = 'error: is larger than 8 MiB (hint: 10,000 nodes need about 3 MiB; is this a topology?)';
    assert.equal(
      await loadText(`${TOPOLOGY}#${'x'.repeat(MAX_TOPOLOGY_BYTES)}`),
      `topology.yaml: ${message}`,
    );
    assert.equal(formatFaults((await loadTopology('/dev/zero')).faults), `/dev/zero: ${message}`);
  });

  test('reads standard input by the name of -', async () => {
    const script = `
      import { loadTopology } from './src/topology/load.ts';
      import { formatFaults } from './src/topology/faults.ts';
      const { topology, faults } = await loadTopology('-');
      console.log(topology?.cluster ?? formatFaults(faults));`;
    const run = async (input: string): Promise<string> => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.end(input);
      return (await text(child.stdout)).trim();
    };
    assert.equal(await run(TOPOLOGY), 'c');
    assert.match(await run('a'), /^<stdin>:1:1: error: must be a mapping/);
  });
});
