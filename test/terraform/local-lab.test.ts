/** The lab of terraform/examples, applied and destroyed for real: a dispatcher, two media nodes, HAProxy. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loopback, NO_WORKER, until } from '../media-node/support.ts';
import { sparePort } from '../store/redis/server.ts';
import { withProvider } from '../terraform-provider/provider-binary.ts';
import { NO_TERRAFORM } from '../terraform-provider/terraform.ts';
import { terraformTree } from './tree.ts';
import { PROGRAM } from '../cli/program.ts';

const NODES = {
  'sfu-1': { host: 11, media_ports: '40000-40001', zone: 'a' },
  'sfu-2': { host: 12, media_ports: '40002-40003', zone: 'b' },
};

/** Where the worker is: terraform's own home is another one. */
const CACHE = { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache') };

const NO_HAPROXY =
  process.getuid?.() === 0 && spawnSync('haproxy', ['-v']).status === 0
    ? false
    : 'needs haproxy, and root, as which it starts';

function runs(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

test(
  'one apply brings the lab up, a second changes nothing, and destroy leaves nothing behind',
  { skip: NO_TERRAFORM || NO_WORKER || NO_HAPROXY },
  async (t) => {
    let lab = '';
    const pids = () =>
      readdirSync(lab)
        .filter((name) => name.endsWith('.pid'))
        .map((name) => Number.parseInt(readFileSync(join(lab, name), 'utf8'), 10));
    // Only where destroy failed is anything left; before the folder itself goes.
    t.after(() => {
      if (existsSync(lab)) for (const pid of pids()) if (runs(pid)) process.kill(pid, 'SIGKILL');
    });
    const terraform = terraformTree(t, { ...(await withProvider()), env: CACHE });
    lab = join(terraform.folder, 'terraform/examples/local-lab/.lab');
    const port = await sparePort();
    const network = loopback(0).replace(/\.0$/, '');
    const variables = (nodes: object) =>
      terraform.write({
        'terraform/examples/local-lab/terraform.tfvars.json': JSON.stringify({
          roomlb: [process.execPath, ...PROGRAM],
          port,
          network,
          nodes,
        }),
      });
    const run = (...args: string[]) => terraform.run('-chdir=terraform/examples/local-lab', ...args);
    variables(NODES);

    assert.match(await run('apply', '-auto-approve'), /Apply complete! Resources: 7 added/);
    const processes = pids();
    assert.equal(processes.length, 4);
    assert.ok(processes.every(runs));

    const url = `http://127.0.0.1:${port}/v1`;
    const states = async () => {
      const { nodes } = (await (await fetch(`${url}/health`)).json()) as { nodes: { state: string }[] };
      return nodes.map(({ state }) => state);
    };
    await until('both nodes are up', async () => (await states()).join() === 'up,up');
    const claimed = await fetch(`${url}/rooms/standup`, { method: 'PUT' });
    const { node, signalling } = (await claimed.json()) as {
      node: { id: string };
      signalling: { url: string };
    };
    assert.equal(claimed.status, 201);
    assert.equal(signalling.url, `ws://${network}.100:8443/n/${node.id}/`);
    // HAProxy led to the node itself: only that one says so.
    await until('HAProxy sees the node', async () => {
      const through = await fetch(signalling.url.replace('ws:', 'http:'));
      const text = await through.text();
      return through.status === 426 && text.includes(`/n/${node.id}/`);
    });

    assert.match(await run('plan', '-detailed-exitcode'), /No changes\./);

    variables({ ...NODES, 'sfu-2': { ...NODES['sfu-2'], weight: 50 } });
    assert.match(
      await run('apply', '-auto-approve'),
      /Apply complete! Resources: 1 added, 1 changed, 1 destroyed/,
    );
    assert.match(readFileSync(join(lab, 'haproxy.cfg'), 'utf8'), /server sfu-2 .* weight 50 /);

    assert.match(await run('destroy', '-auto-approve'), /Destroy complete! Resources: 7 destroyed/);
    assert.equal(existsSync(lab), false);
    assert.deepEqual(processes.filter(runs), []);
    await assert.rejects(fetch(`${url}/health`));
  },
);
