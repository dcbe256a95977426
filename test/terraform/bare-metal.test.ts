/** The module and the example of balancers that one runs oneself, with the provider in this process. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { isError } from '../../src/topology/faults.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { provider } from '../../src/terraform-provider/roomlb.ts';
import { roomlb } from '../cli/roomlb.ts';
import { startServe } from '../cli/roomlb-process.ts';
import { findBinary } from '../lab/netns.ts';
import { withProvider } from '../terraform-provider/provider-binary.ts';
import { inProcess } from '../terraform-provider/in-process.ts';
import { NO_TERRAFORM, type Terraform } from '../terraform-provider/terraform.ts';
import { CONF, plannedOutputs, SITE, site, type Files } from './bare-metal-site.ts';
import { cloudInitTakes } from './cloud-init.ts';
import { terraformTree } from './tree.ts';

const MODULE = '-chdir=terraform/modules/bare-metal';
const EXAMPLE = '-chdir=terraform/examples/bare-metal';

const keepalived = findBinary('keepalived');

test('the module passes its own tests', { skip: NO_TERRAFORM }, async (t) => {
  const terraform = terraformTree(t, { env: await inProcess(t, provider) });
  await terraform.run(MODULE, 'init');
  assert.match(await terraform.run(MODULE, 'test'), /Success! \d+ passed, 0 failed\./);
});

/** The rest of what a topology may say against is refused by its own rules, as they stand in the renderer. */
test(
  'what only the topology’s own rules refuse ends the plan, with their words',
  { skip: NO_TERRAFORM },
  async (t) => {
    const terraform = terraformTree(t, { env: await inProcess(t, provider) });
    terraform.write({ 'terraform/site/main.tf': site({ nodes: { SFU_1: { media_ports: '40000' } } }) });
    await terraform.run(SITE, 'init');
    const { code, stderr } = await terraform.attempt(SITE, 'plan');
    assert.equal(code, 1);
    assert.match(stderr, /SFU_1 cannot be the name of a host in sfu\.example\.net/);
  },
);

test(
  'the example is applied to a real dispatcher, which renders the same',
  { skip: NO_TERRAFORM },
  async (t) => {
    const { terraform, url } = await example(t);
    assert.match(await terraform.run(EXAMPLE, 'apply', '-auto-approve'), /Resources: 5 added/);
    assert.match(await terraform.run(EXAMPLE, 'plan', '-detailed-exitcode'), /No changes\./);

    const balancers = await output<Files>(terraform, 'balancers');
    const answer = await fetch(`${url}/v1/config/keepalived`);
    const conf = await answer.text();
    assert.equal(balancers['lb-1']?.[CONF], conf);
    assert.equal(balancers['lb-2']?.[CONF], conf);
    if (keepalived !== undefined) assert.equal(complaintsOf(keepalived, conf), '');
    else t.diagnostic('keepalived is not installed: nobody but RoomLB read its file');

    const users = await output<Record<string, string>>(terraform, 'nodes');
    assert.deepEqual(Object.keys(users), ['sfu-1', 'sfu-2', 'sfu-3']);

    const refused = await terraform.attempt(EXAMPLE, 'destroy', '-auto-approve');
    assert.match(refused.stderr, /allow_empty_pools/);
  },
);

test(
  'dispatchers and the agent’s command line take what is made for roomlb sync',
  { skip: NO_TERRAFORM },
  async (t) => {
    const terraform = terraformTree(t, { env: await inProcess(t, provider) });
    const sync = {
      dispatchers: ['https://rooms.example.net'],
      token_file: '/etc/roomlb/token',
      ca_file: '/etc/roomlb/ca.pem',
    };
    const { balancers, declaration, user_data } = await plannedOutputs<{
      balancers: Files;
      declaration: string;
      user_data: Record<string, string>;
    }>(terraform, site({ sync }));
    for (const one of Object.values(user_data)) cloudInitTakes(t, one);
    const { topology, faults } = parseTopology(declaration, { file: 'declaration' });
    // Warned of: there is no VIP yet.
    assert.deepEqual(faults.filter(isError), []);
    assert.deepEqual(
      topology?.balancers.map(({ id, host, target }) => [id, host, target]),
      [
        ['lb-1', 'lb-1', 'keepalived'],
        ['lb-2', 'lb-2', 'keepalived'],
      ],
    );
    const dropIn = balancers['lb-1']?.['/etc/systemd/system/roomlb-sync@lb-1.service.d/terraform.conf'] ?? '';
    const options = dropIn.match(/"--[a-z-]+"/g)?.map((word) => word.slice(1, -1)) ?? [];
    assert.deepEqual(options, ['--dispatcher', '--token-file']);
    const { out } = await roomlb('sync', '--help');
    for (const option of options) assert.ok(out.includes(option), option);
    assert.match(dropIn, /^Environment="NODE_EXTRA_CA_CERTS=\/etc\/roomlb\/ca\.pem"$/m);
  },
);

async function example(t: TestContext): Promise<{ terraform: Terraform; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-bare-metal-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const topology = join(folder, 'topology.json');
  writeFileSync(topology, JSON.stringify({ cluster: 'edge-1', vips: [], nodes: [] }));
  const [{ url }, built] = await Promise.all([startServe(t, topology), withProvider()]);
  const terraform = terraformTree(t, { ...built, env: { ROOMLB_ENDPOINT: url } });
  await terraform.run(EXAMPLE, 'get');
  return { terraform, url };
}

async function output<T>(terraform: Terraform, name: string, where = EXAMPLE): Promise<T> {
  return JSON.parse(await terraform.run(where, 'output', '-json', name)) as T;
}

/** Whatever `keepalived -t` says of a file; nothing where it is right. */
function complaintsOf(binary: string, conf: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-keepalived-'));
  try {
    const file = join(folder, 'keepalived.conf');
    writeFileSync(file, conf);
    const { status, stdout, stderr } = spawnSync(binary, ['-t', '-f', file], { encoding: 'utf8' });
    return `${stdout}${stderr}${status === 0 ? '' : `ended with ${status}`}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
