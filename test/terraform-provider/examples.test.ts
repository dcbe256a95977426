/** Every example of the provider's documents, run by the real terraform against a real dispatcher. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { provider } from '../../src/terraform-provider/roomlb.ts';
import { startSite, type Site } from './site.ts';
import { NO_TERRAFORM } from './terraform.ts';

const FOLDER = 'terraform/examples';

/** What examples find there. */
function topology(balancer: object) {
  const node = (id: string, zone: string, host: number) => ({
    id,
    kind: 'mediasoup',
    vip: 'public',
    addresses: [`192.0.2.${host}`],
    zone,
    signallingPort: 4443,
    mediaPorts: `400${host}-400${host}`,
  });
  return {
    cluster: 'edge-1',
    vips: [
      {
        id: 'public',
        addresses: ['203.0.113.99'],
        signalling: { port: 8443, tls: 'off' },
        media: { ports: '40000-49999' },
      },
    ],
    nodes: [node('sfu-1', 'a', 71), node('sfu-2', 'b', 72)],
    balancers: [balancer],
  };
}

async function site(t: TestContext): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-examples-'));
  const balancer = {
    id: 'lb-1',
    target: 'file',
    dialect: 'haproxy',
    path: join(folder, 'lb.cfg'),
    reloadCommand: ['/bin/true'],
  };
  const started = await startSite(t, {
    topology: topology(balancer),
    args: ['--apply', 'lb-1', '--state-dir', join(folder, 'state')],
  });
  // Only now: hooks run in this order, and the dispatcher, which is killed by one, writes there.
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return started;
}

function read(...path: string[]): string {
  return readFileSync(join(FOLDER, ...path), 'utf8');
}

/** Applied, and then nothing is left to change. */
async function applies({ terraform, configure }: Site, main: string): Promise<void> {
  configure(main, 'allow_empty_pools = true\n');
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await terraform.plan(), {});
}

describe('examples', { skip: NO_TERRAFORM }, () => {
  test('there is one folder for each thing that there is', () => {
    const names = (list: readonly { readonly name: string }[], prefix: string) =>
      list.map(({ name }) => `${prefix}${name}`).sort();
    const { resources, dataSources, functions } = provider;
    assert.deepEqual(readdirSync(join(FOLDER, 'resources')).sort(), names(resources, 'roomlb_'));
    assert.deepEqual(readdirSync(join(FOLDER, 'data-sources')).sort(), names(dataSources, 'roomlb_'));
    assert.deepEqual(readdirSync(join(FOLDER, 'functions')).sort(), names(functions, ''));
  });

  test('resources are made, imported by block and by command, and destroyed', async (t) => {
    const all = await site(t);
    const before = await all.rest('GET', '/v1/topology');
    for (const name of readdirSync(join(FOLDER, 'resources'))) {
      const main = read('resources', name, 'resource.tf');
      const forget = async () => {
        for (const address of Object.keys(await all.terraform.state()))
          await all.terraform.run('state', 'rm', address);
      };
      await applies(all, main);

      await forget();
      await applies(all, `${main}\n${read('resources', name, 'import.tf')}`);

      await forget();
      const command = read('resources', name, 'import.sh').trim();
      const [, address = '', id = ''] = /^terraform import '?([^' ]+)'? (\S+)$/.exec(command) ?? [];
      all.configure(main, 'allow_empty_pools = true\n');
      await all.terraform.run('import', address, id);
      await applies(all, main);

      await all.terraform.run('destroy', '-auto-approve');
    }
    assert.deepEqual(await all.rest('GET', '/v1/topology'), before);
  });

  test('data sources and functions say what they are there for', async (t) => {
    const all = await site(t);
    const output = async (name: string) =>
      JSON.parse(await all.terraform.run('output', '-json', name)) as unknown;
    for (const name of readdirSync(join(FOLDER, 'data-sources')))
      await applies(all, read('data-sources', name, 'data-source.tf'));
    for (const name of readdirSync(join(FOLDER, 'functions')))
      await applies(all, read('functions', name, 'function.tf'));

    await applies(all, read('functions', 'place', 'function.tf'));
    const standup = (await output('standup')) as { signalling_url: string; node: string };
    assert.equal(standup.signalling_url, `wss://${standup.node}.sfu.example.net/n/${standup.node}/`);

    await applies(all, read('functions', 'media_ports', 'function.tf'));
    assert.deepEqual(
      await output('rules'),
      [0, 1, 2, 3].map((i) => `udp ${40_000 + i} -> sfu-1`),
    );

    await applies(all, read('data-sources', 'roomlb_nodes', 'data-source.tf'));
    assert.deepEqual(await output('addresses'), { 'sfu-1': ['192.0.2.71'], 'sfu-2': ['192.0.2.72'] });

    await applies(all, read('data-sources', 'roomlb_placement', 'data-source.tf'));
    assert.deepEqual(Object.keys((await output('nodes')) as object), ['retro', 'standup']);
  });

  test('the provider block is one that terraform takes', async (t) => {
    const { terraform } = await site(t);
    terraform.write({ 'main.tf': read('provider', 'provider.tf') });
    assert.deepEqual(await terraform.validate(), []);
  });
});
