/** Guards, rooms and shares of VIPs, by the command line, on nftables in network namespaces of this test's own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test, type TestContext } from 'node:test';
import { roomlb } from '../cli/roomlb.ts';
import { smallServer } from '../fixtures/cluster.ts';
import { findBinary, labSkipReason } from './netns.ts';

const skip = labSkipReason(['nft', 'conntrack']);
const NAMESPACE = `rlbcmd${process.pid}`;

/** Nodes sfu-1… in these states. */
function documentOf(states: readonly string[], balancer: object = {}): string {
  const nodes = states.map((state, i) => ({
    ...{ id: `sfu-${i + 1}`, kind: 'mediasoup', vip: 'public', addresses: [`10.0.1.${i + 1}`], state },
    ...{ signallingPort: 4443, mediaPorts: String(40000 + i) },
  }));
  return JSON.stringify({
    cluster: 'lab-1',
    vips: [
      {
        ...{ id: 'public', addresses: ['203.0.113.10'] },
        ...{ signalling: { port: 80, tls: 'off' }, media: { ports: '40000-40099' } },
      },
    ],
    // Nothing is to be sent to these addresses, not even to ask.
    health: { enabled: false },
    nodes,
    balancers: [
      {
        ...{ id: 'lb-1', target: 'nftables', namespace: NAMESPACE, maxRemoved: '20%' },
        ...{ nft: findBinary('nft'), conntrack: findBinary('conntrack') },
        ...balancer,
      },
    ],
  });
}

describe('live balancers by the command line', { skip }, () => {
  let folder: string;
  let topology: string;
  const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' });
  const rules = () => ip('netns', 'exec', NAMESPACE, findBinary('nft') ?? 'nft', 'list', 'ruleset');
  const declare = (...states: string[]) => writeFile(topology, documentOf(states));
  const run = (command: string, ...args: string[]) =>
    roomlb(command, 'lb-1', '--topology', topology, '--state-dir', join(folder, 'state'), ...args);

  before(() => ip('netns', 'add', NAMESPACE));
  after(() => ip('netns', 'del', NAMESPACE));
  beforeEach(async (t) => {
    folder = await mkdtemp(join(tmpdir(), 'roomlb-commands-'));
    topology = join(folder, 'topology.json');
    ip('netns', 'exec', NAMESPACE, findBinary('nft') ?? 'nft', 'flush', 'ruleset');
    (t as TestContext).after(() => rm(folder, { recursive: true }));
    await declare('active', 'active', 'active');
    assert.equal((await run('apply', '--yes')).code, 0);
  });

  test('refuse to remove more than a share of members at once, and do it by an explicit word', async () => {
    await declare('active', 'disabled', 'disabled');
    const before = rules();
    const refused = await run('apply', '--yes');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /2 of the 3 members of public\/signalling would be removed.*--max-removed/);
    assert.equal((await run('apply', '--dry-run')).code, 1);
    assert.equal(rules(), before);
    assert.equal((await run('apply', '--yes', '--max-removed', '70%')).code, 0);
    assert.doesNotMatch(rules(), /10\.0\.1\.3/);
    const back = await run('rollback', '--yes');
    assert.equal(back.code, 0, back.err);
    assert.equal(rules(), before);
  });

  test('refuse to leave a pool with nobody', async () => {
    await declare('draining', 'draining', 'draining');
    const { code, json } = await run('apply', '--yes', '--max-removed', '100%', '--json');
    assert.equal(code, 1);
    assert.deepEqual(
      json().refusals.map(({ guard }: { guard: string }) => guard),
      ['empty-pool'],
    );
    assert.equal((await run('apply', '--yes', '--max-removed', '100%', '--allow-empty')).code, 0);
  });

  test('say whose rooms a change concerns, where a dispatcher knows', async (t) => {
    const { app, dispatcher } = await smallServer(documentOf(['active', 'draining', 'active']));
    t.after(() => app.close());
    for (let i = 0; i < 3; i++) await dispatcher.claims.create(`a${i}`, claimOn('sfu-2'));
    await dispatcher.claims.create('b', claimOn('sfu-1'));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const asked = ['lb-1', '--dispatcher', url, '--state-dir', join(folder, 'state')];
    const plan = await roomlb('plan', ...asked);
    assert.match(plan.out, /^concerns nodes with 3 rooms: 3 on sfu-2$/m, plan.out + plan.err);
    const json = await roomlb('plan', ...asked, '--json');
    assert.deepEqual(json.json().rooms, [{ node: 'sfu-2', rooms: 3 }]);
    assert.equal((await run('plan', '--json')).json().rooms, null);
  });

  test('leave what another engine carries to it', async () => {
    await writeFile(topology, documentOf(['active', 'active', 'active'], { services: 'media' }));
    const { code, err } = await run('apply', '--yes', '--max-removed', '100%', '--allow-empty');
    assert.equal(code, 0, err);
    assert.doesNotMatch(rules(), /4443/);
    assert.match(rules(), /203\.0\.113\.10 \. 40001/);
  });

  test('say what cannot be reached: exit code 3', async () => {
    await writeFile(topology, documentOf(['active'], { namespace: `${NAMESPACE}-none` }));
    for (const command of ['plan', 'verify']) {
      const { code, err } = await run(command);
      assert.equal(code, 3, err);
      assert.match(err, /none/);
    }
  });
});

function claimOn(node: string) {
  return { node, kind: 'conference', zone: null, participants: null, nodeKind: null, vip: null } as const;
}
