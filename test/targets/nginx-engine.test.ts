/** nginx itself reads what is rendered, binds every port of it, and has nothing to say. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { nginx } from '../../src/targets/nginx/index.ts';
import type { Topology } from '../../src/topology/model.ts';
import { selfSigned } from '../lab/echo-node.ts';
import { createLab, labSkipReason, type Lab } from '../lab/netns.ts';
import { topologies } from '../topology/arbitrary.ts';
import { cluster, intentOf } from './documents.ts';

const MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';
const NOWHERE: Topology = { ...cluster({ media: { ports: '40000-40001' } }, [{}]), vips: [], nodes: [] };

const skip = existsSync(MODULE) ? labSkipReason(['nginx', 'openssl']) : 'needs libnginx-mod-stream';

describe('nginx -t', { skip }, () => {
  let lab: Lab;
  let folder: string;
  let certificate: string;

  before(async () => {
    lab = await createLab(NOWHERE);
    const anywhere = ['net.ipv4.ip_nonlocal_bind=1', 'net.ipv6.ip_nonlocal_bind=1'];
    await lab.check(lab.lb, 'sysctl', ['-qw', ...anywhere]);
    folder = await mkdtemp(path.join(tmpdir(), 'roomlb-nginx-'));
    certificate = (await selfSigned(folder, 'sfu.example.net')).both;
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true });
  });

  async function accepts(topology: Topology): Promise<void> {
    const [file] = nginx.render(intentOf(topology)).files;
    if (!file) return;
    const config = path.join(folder, file.path);
    await writeFile(config, file.content);
    const { code, stderr } = await lab.run(lab.lb, 'nginx', ['-t', '-c', config]);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /\[(?!notice)[a-z]+\]/);
  }

  test('accepts every topology without a warning', async () => {
    await fc.assert(fc.asyncProperty(topologies({ certificate }), accepts), { numRuns: 60 });
  });

  test('accepts 50 nodes and more', async () => {
    await fc.assert(fc.asyncProperty(topologies({ certificate, maxNodes: 60 }), accepts), { numRuns: 5 });
  });

  test('has room for the names of 10,000 nodes, and for long ones', async () => {
    const domain = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(50)}.example.net`;
    const vip = `${'v-'.repeat(31)}v`;
    for (const count of [1, 1000, 10_000]) {
      // Names without a pattern fall into buckets unevenly, as names in the field do.
      const nodes = Array.from({ length: count }, (_, i) => ({
        id: createHash('sha256').update(String(i)).digest('hex').slice(0, 60),
        vip,
      }));
      await accepts(cluster({ id: vip, signalling: { port: 443, domain } }, nodes));
    }
  });

  test('holds the hash of a large pool of uneven weights', async () => {
    const nodes = Array.from({ length: 1000 }, (_, i) => ({ weight: i % 2 === 0 ? 255 : 254 }));
    await accepts(cluster({ signalling: { port: 80, persistence: '5m' } }, nodes));
  });
});
