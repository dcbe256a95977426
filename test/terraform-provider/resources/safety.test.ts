/** What must not happen: others' changes overwritten, pools emptied, rooms cut off, secrets written down. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashToken, newToken } from '../../../src/auth/token.ts';
import { tokenLine } from '../../../src/auth/token-file.ts';
import { until } from '../../media-node/support.ts';
import { CLUSTER, startSite, type Site } from '../site.ts';
import { NO_TERRAFORM } from '../terraform.ts';

const skip = NO_TERRAFORM;

/** @param more lines of its block */
function node(name: string, more = ''): string {
  const index = Number(name.replace(/\D/g, ''));
  return `resource "roomlb_node" "${name}" {
  id          = "${name}"
  kind        = "mediasoup"
  vip         = "public"
  addresses   = ["192.0.2.${10 + index}"]
  media_ports = "${40_010 + 2 * index}-${40_011 + 2 * index}"
${more}}
`;
}

/** What terraform says, without its frames and line breaks. */
function words(text: string): string {
  return text.replace(/\s*\n│?\s*/g, ' ');
}

async function stateOf({ rest }: Site, id: string): Promise<string> {
  return ((await rest('GET', `/v1/nodes/${id}`)) as { state: string }).state;
}

async function weights({ rest }: Site): Promise<Record<string, number>> {
  const { nodes } = (await rest('GET', '/v1/nodes')) as { nodes: { id: string; weight: number }[] };
  return Object.fromEntries(nodes.map(({ id, weight }) => [id, weight]));
}

/** Pinned for as long as it takes, since a room goes where its name hashes to. */
async function claimOn({ rest }: Site, id: string, room: string): Promise<void> {
  await rest('PUT', `/v1/pins/${room}`, { node: id });
  const claim = (await rest('PUT', `/v1/rooms/${room}`)) as { node: { id: string } };
  assert.equal(claim.node.id, id);
  await rest('DELETE', `/v1/pins/${room}`);
}

describe('changes of others', { skip }, () => {
  test('between plan and apply are not overwritten, but told', async (t) => {
    const site = await startSite(t, { main: node('n1') + node('n2') });
    const { terraform, configure, rest } = site;
    await terraform.run('apply', '-auto-approve');
    configure(node('n1', '  weight = 50\n') + node('n2', '  zone = "a"\n'));
    await terraform.run('plan', '-out=plan.bin');
    await rest('PATCH', '/v1/nodes/n1', { zone: 'b' });
    await rest('DELETE', '/v1/nodes/n2');
    const { code, stderr } = await terraform.attempt('apply', 'plan.bin');
    assert.equal(code, 1);
    assert.match(words(stderr), /somebody else changed zone of node "n1"\. Plan again/);
    assert.match(words(stderr), /Somebody else removed node "n2"\. Plan again/);
    assert.deepEqual(await weights(site), { n1: 100, old: 100 });
    // Planned again it goes, since now it was seen.
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.plan(), {});
  });

  test('hold no removal up where they are of day to day, and do where they made something else of it', async (t) => {
    const { terraform, configure, rest } = await startSite(t, { main: node('n1') + node('n2') });
    await terraform.run('apply', '-auto-approve');
    await rest('PATCH', '/v1/nodes/n1', { state: 'draining', weight: 3 });
    await rest('PATCH', '/v1/nodes/n2', { addresses: ['192.0.2.77'] });
    configure('', '  max_removed_percent = 90\n');
    const { stderr } = await terraform.attempt('apply', '-auto-approve');
    assert.match(words(stderr), /changed addresses of node "n2"\. .*terraform apply -refresh-only/);
    assert.deepEqual(Object.keys(await terraform.state()), ['roomlb_node.n2']);
    await terraform.run('apply', '-refresh-only', '-auto-approve');
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.state(), {});
  });

  test('elsewhere in the topology hold nothing up', async (t) => {
    const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
    const site = await startSite(t, { main: names.map((name) => node(name)).join('') });
    const { terraform, rest } = site;
    const ended = new AbortController();
    const others = (async () => {
      let edits = 0;
      for (; !ended.signal.aborted; edits++)
        await rest('PATCH', '/v1/nodes/old', { weight: 1 + (edits % 200) });
      return edits;
    })();
    await terraform.run('apply', '-auto-approve');
    ended.abort();
    assert.ok((await others) > names.length);
    assert.equal(Object.keys(await weights(site)).length, names.length + 1);
    assert.deepEqual(await terraform.plan(), {});
  });

  test('that made what is planned are taken over only where it is as planned', async (t) => {
    const { terraform, rest } = await startSite(t, { main: node('n1') });
    const there = { kind: 'mediasoup', vip: 'public', addresses: ['192.0.2.11'], mediaPorts: '40012-40013' };
    await rest('PUT', '/v1/nodes/n1', { ...there, weight: 9 });
    const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
    assert.equal(code, 1);
    assert.match(stderr, /There is a node "n1" already/);
    assert.match(words(stderr), /in: weight\. .* terraform import roomlb_node\.NAME n1/);
    assert.deepEqual(await terraform.state(), {});
    // As by an apply that was interrupted before it could write its state.
    await rest('PUT', '/v1/nodes/n1', there);
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.plan(), {});
  });

  test('of a policy are not taken over, and its defaults are', async (t) => {
    const main = 'resource "roomlb_placement_policy" "this" {\n  load_bound = 2\n}\n';
    const topology = { ...CLUSTER, placement: { algorithm: 'ring' } };
    const { terraform, rest } = await startSite(t, { main, topology });
    const { stderr } = await terraform.attempt('apply', '-auto-approve');
    assert.match(words(stderr), /differs from what is planned in: algorithm, load_bound/);
    await rest('DELETE', '/v1/policies/placement');
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.plan(), {});
  });
});

describe('nodes that go', { skip }, () => {
  test('are too many for a plan where more than half would go, and may be where that is said', async (t) => {
    const nodes = ['n1', 'n2', 'n3'];
    const { terraform, configure, rest } = await startSite(t, {
      main: nodes.map((one) => node(one)).join(''),
    });
    await terraform.run('apply', '-auto-approve');
    const disabled = '  state = "disabled"\n';
    const main = node('n1', disabled) + node('n2', '  weight = 0\n');
    configure(main);
    const { code, stderr } = await terraform.attempt('plan');
    assert.equal(code, 1);
    const said = words(stderr);
    assert.match(said, /3 of the 4 usable nodes \(n1, n2, n3\) of VIP public would go out of service: 75 %/);
    assert.match(said, /ROOMLB_ALLOW_EMPTY_POOLS=1/);
    assert.equal(said.match(/Too many nodes/g)?.length, 1);

    configure(main, '  max_removed_percent = 75\n');
    await terraform.run('apply', '-auto-approve');
    await rest('PATCH', '/v1/nodes/old', { state: 'draining' });
    const left = node('n1', disabled) + node('n2');
    configure(left);
    await terraform.run('apply', '-auto-approve');
    const { stderr: refused } = await terraform.attempt('destroy', '-auto-approve');
    assert.match(words(refused), /none would be left to take rooms/);
    configure(left, '  allow_empty_pools = true\n');
    await terraform.run('destroy', '-auto-approve');
  });

  test('are refused in an apply as well, where others went since the plan', async (t) => {
    const site = await startSite(t, { main: node('n1') + node('n2') });
    const { terraform, configure, rest } = site;
    const other = { kind: 'mediasoup', vip: 'public' };
    await rest('PUT', '/v1/nodes/n3', { ...other, addresses: ['192.0.2.99'], mediaPorts: '40900' });
    await terraform.run('apply', '-auto-approve');
    configure('');
    await terraform.run('plan', '-out=plan.bin');
    await rest('DELETE', '/v1/nodes/n3');
    await rest('DELETE', '/v1/nodes/old');
    const { code, stderr } = await terraform.attempt('apply', 'plan.bin');
    assert.equal(code, 1);
    assert.match(stderr, /Too many nodes would go out of service/);
    assert.equal(Object.keys(await weights(site)).length, 1);
  });

  describe('are named by what depends on them', () => {
    const main = (names: readonly string[], more: string, rule = '') => `resource "roomlb_node" "sfu" {
  for_each    = { ${names.map((name, index) => `${name} = ${index}`).join(', ')} }
  id          = each.key
  kind        = "mediasoup"
  vip         = "public"
  addresses   = ["192.0.2.2\${each.value}"]
  media_ports = 40020 + each.value
  ${rule}
}
${more}`;

    const window = `resource "roomlb_maintenance_window" "updates" {
  id       = "updates"
  cron     = "0 3 * * *"
  duration = "2h"
  nodes    = [for sfu in roomlb_node.sfu : sfu.id]
}
`;
    const drained = async ({ rest }: Site) =>
      ((await rest('GET', '/v1/maintenance/updates')) as { nodes: string[] }).nodes.toSorted();

    test('and leave windows that name others', async (t) => {
      const site = await startSite(t, { main: main(['a', 'b', 'c'], window) });
      const { terraform, configure } = site;
      await terraform.run('apply', '-auto-approve');
      configure(main(['a', 'b'], window));
      await terraform.run('apply', '-auto-approve');
      assert.deepEqual(await drained(site), ['a', 'b']);
      assert.deepEqual(await terraform.plan(), {});
    });

    test('and leave their windows to those that take their places', async (t) => {
      const site = await startSite(t, { main: main(['a', 'b', 'c'], window) });
      const { terraform, configure } = site;
      await terraform.run('apply', '-auto-approve');
      const moved = 'moved {\n  from = roomlb_node.sfu["c"]\n  to = roomlb_node.sfu["d"]\n}\n';
      configure(main(['a', 'b', 'd'], window + moved));
      assert.deepEqual(await terraform.plan(), {
        'roomlb_node.sfu["d"]': 'delete, create',
        'roomlb_maintenance_window.updates': 'update',
      });
      await terraform.run('apply', 'plan.bin');
      assert.deepEqual(await drained(site), ['a', 'b', 'd']);
      assert.deepEqual(await terraform.plan(), {});
    });

    test('and come back into their windows where they are made anew', async (t) => {
      const site = await startSite(t, { main: main(['a', 'b', 'c'], window) });
      const { terraform } = site;
      await terraform.run('apply', '-auto-approve');
      await terraform.run('apply', '-auto-approve', '-replace=roomlb_node.sfu["b"]');
      assert.deepEqual(await drained(site), ['a', 'b', 'c']);
      assert.deepEqual(await terraform.plan(), {});
    });

    test('and stay for pinned rooms until those were changed, which Terraform does first only where it is told to', async (t) => {
      const pinned = (name: string) =>
        `resource "roomlb_room" "show" {\n  room = "show"\n  node = roomlb_node.sfu["${name}"].id\n}\n`;
      const { terraform, configure, rest } = await startSite(t, { main: main(['a', 'b', 'c'], pinned('c')) });
      await terraform.run('apply', '-auto-approve');
      configure(main(['a', 'b'], pinned('b')));
      const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
      assert.equal(code, 1);
      assert.match(words(stderr), /The node "c" is still named elsewhere .*pins "show", node: there is/);
      assert.match(words(stderr), /in an apply of its own before.*create_before_destroy = true/);

      const rule = 'weight = 90\n  lifecycle { create_before_destroy = true }';
      configure(main(['a', 'b', 'c'], pinned('c'), rule));
      await terraform.run('apply', '-auto-approve');
      configure(main(['a', 'b'], pinned('b'), rule));
      await terraform.run('apply', '-auto-approve');
      assert.deepEqual(await rest('GET', '/v1/pins/show'), { room: 'show', node: 'b', strict: false });
      assert.deepEqual(await terraform.plan(), {});
    });
  });

  test('wait until their rooms are over', async (t) => {
    const site = await startSite(t, { main: node('n1', '  drain_timeout = "10m"\n') });
    const { terraform, configure, rest } = site;
    await terraform.run('apply', '-auto-approve');
    await claimOn(site, 'n1', 'standup');
    configure('');
    const removed = terraform.run('apply', '-auto-approve');
    await until('the node to drain', async () => (await stateOf(site, 'n1')) === 'draining');
    await sleep(1500);
    assert.equal(await stateOf(site, 'n1'), 'draining');
    await rest('DELETE', '/v1/rooms/standup');
    await removed;
    assert.deepEqual(await weights(site), { old: 100 });
  });

  test('stay, draining, where time is up, unless that is to count for nothing', async (t) => {
    const site = await startSite(t, { main: node('n1', '  drain_timeout = "1s"\n') });
    const { terraform, configure } = site;
    await terraform.run('apply', '-auto-approve');
    await claimOn(site, 'n1', 'standup');
    configure('');
    const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
    assert.equal(code, 1);
    assert.match(words(stderr), /After 1s \(drain_timeout\) it has 1 claimed room and 0 live ones left/);
    assert.equal(await stateOf(site, 'n1'), 'draining');
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.n1': 'delete' });
    // Who wants it back has it back.
    configure(node('n1', '  drain_timeout = "1s"\n  on_drain_timeout = "delete"\n'));
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.n1': 'update' });
    await terraform.run('apply', '-auto-approve');
    assert.equal(await stateOf(site, 'n1'), 'active');
    configure('');
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await weights(site), { old: 100 });
  });

  test('are waited for no longer once the user gives up, and nothing else is lost', async (t) => {
    const site = await startSite(t, { main: node('n1', '  drain_timeout = "10m"\n') });
    const { terraform, configure } = site;
    await terraform.run('apply', '-auto-approve');
    await claimOn(site, 'n1', 'standup');
    configure('');
    const child = terraform.start('apply', '-auto-approve', '-no-color');
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += String(chunk)));
    child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)));
    const closed = once(child, 'close');
    await until('the node to drain', async () => (await stateOf(site, 'n1')) === 'draining');
    process.kill(-child.pid!, 'SIGINT');
    const [code] = (await closed) as [number];
    assert.equal(code, 1);
    assert.match(words(said), /Node n1 goes on draining/);
    assert.equal(await stateOf(site, 'n1'), 'draining');
    assert.deepEqual(Object.keys(await terraform.state()), ['roomlb_node.n1']);
  });
});

test('what names another by its text alone may go together with it', { skip }, async (t) => {
  const names = ['n1', 'n2', 'n3'];
  const main = `resource "roomlb_vip" "edge" {
  id        = "edge"
  addresses = ["203.0.113.99"]
  media     = { ports = "40000-40999" }
}
`;
  const nodes = names.map((name) => node(name).replace('"public"', '"edge"')).join('');
  const { terraform, configure, rest } = await startSite(t, { main });
  await terraform.run('apply', '-auto-approve');
  configure(main + nodes);
  await terraform.run('apply', '-auto-approve');
  configure('', '  allow_empty_pools = true\n');
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await terraform.state(), {});
  assert.deepEqual(
    await rest('GET', '/v1/nodes/old'),
    ((await rest('GET', '/v1/nodes')) as { nodes: object[] }).nodes[0],
  );
});

describe('resources that are renamed without a moved block', { skip }, () => {
  const all = (name: string) =>
    node('n1').replace('"roomlb_node" "n1"', `"roomlb_node" "${name}"`)
      .concat(`resource "roomlb_room" "${name}" {
  room = "show"
  node = roomlb_node.${name}.id
}
resource "roomlb_placement_policy" "${name}" {
  load_bound = 2
}
resource "roomlb_vip" "${name}" {
  id         = "edge"
  addresses  = ["203.0.113.20"]
  signalling = { port = 443 }
}
resource "roomlb_maintenance_window" "${name}" {
  id       = "updates"
  cron     = "0 3 * * *"
  duration = "2h"
  zone     = "a"
}
`);

  test('are there after the apply, whichever of the two came first', async (t) => {
    const { terraform, configure, rest } = await startSite(t, { main: all('one') });
    await terraform.run('apply', '-auto-approve');
    const before = await rest('GET', '/v1/topology');
    configure(all('other'));
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await rest('GET', '/v1/topology'), before);
    assert.deepEqual(await terraform.plan(), {});
  });

  test('wait for what leaves in the same apply, where that has their ports', async (t) => {
    const drained = '  drain_timeout = "10m"\n';
    const site = await startSite(t, { main: node('n1', drained) });
    const { terraform, configure, rest } = site;
    await terraform.run('apply', '-auto-approve');
    await claimOn(site, 'n1', 'standup');
    configure(node('n1', drained).replaceAll('"n1"', '"n1-new"'));
    const applied = terraform.run('apply', '-auto-approve');
    await until('the node to drain', async () => (await stateOf(site, 'n1')) === 'draining');
    await rest('DELETE', '/v1/rooms/standup');
    await applied;
    assert.deepEqual(await weights(site), { old: 100, 'n1-new': 100 });
    assert.deepEqual(await terraform.plan(), {});
  });
});

test('faults are told at the attributes that are at fault, by validate already', { skip }, async (t) => {
  const signalling = `signalling = {
    port         = 443
    tls          = "terminate"
    idle_timeout = "1500ms"
  }`;
  const checks = `checks = [
    { type = "tcp" },
    { type = "tcp", path = "/health" },
  ]`;
  const main = `resource "roomlb_node" "n1" {
  id          = "n1"
  kind        = "mediasop"
  vip         = "public"
  addresses   = ["192.0.2.11", "192.0.2.12"]
  media_ports = "40003-40002"
}

resource "roomlb_vip" "edge" {
  id        = "edge"
  addresses = ["203.0.113.20"]
  ${signalling}
}

resource "roomlb_health_policy" "this" {
  timeout = "3s"
  ${checks}
  damping = { enabled = false, suppress = 3000 }
}

resource "roomlb_maintenance_window" "updates" {
  id       = "updates"
  cron     = "0 25 * * *"
  duration = "2h"
  zone     = "a"
}

resource "roomlb_room" "show" {
  room = "a\\nb"
}
`;
  const { terraform } = await startSite(t, { main });
  const errors = (await terraform.validate()).filter(({ severity }) => severity === 'error');
  const byText = (a: readonly string[], b: readonly string[]) => (a.join() < b.join() ? -1 : 1);
  assert.deepEqual(
    errors.map(({ at, summary }) => [at, summary.replace('Invalid value for ', '')]).sort(byText),
    [
      ['addresses   = ["192.0.2.11", "192.0.2.12"]', 'addresses'],
      [checks, 'checks[1].path'],
      ['cron     = "0 25 * * *"', 'cron'],
      ['damping = { enabled = false, suppress = 3000 }', 'damping.suppress'],
      ['kind        = "mediasop"', 'kind'],
      ['media_ports = "40003-40002"', 'media_ports'],
      ['room = "a\\nb"', 'room'],
      [signalling, 'signalling.certificate'],
      [signalling, 'signalling.idle_timeout'],
      ['timeout = "3s"', 'timeout'],
    ].sort(byText),
  );
  const details = errors.map(({ detail }) => detail).join('\n');
  assert.match(details, /must be mediasoup or janus, found "mediasop"; did you mean "mediasoup"\?/);
});

test('ports that two nodes of a plan want are told by the plan', { skip }, async (t) => {
  const taken = (name: string) => node(name, '  signalling_port = 4443\n');
  const { terraform, configure } = await startSite(t, { main: taken('n1') + taken('n2') });
  await terraform.run('apply', '-auto-approve');
  const moved = taken('n3').replace('40016-40017', '40014-40016');
  configure(taken('n1') + taken('n2') + moved);
  const { code, stderr } = await terraform.attempt('plan');
  assert.equal(code, 1);
  assert.match(
    words(stderr),
    /media_ports: .* overlaps .* of node n[23] behind the same VIP, and this plan has both/,
  );
  assert.match(words(stderr), /media_ports = "400/);

  configure(taken('n1') + taken('n2').replace('192.0.2.12', '192.0.2.11'));
  assert.match(
    words((await terraform.attempt('plan')).stderr),
    /signalling_port: 4443 is that of node n[12]/,
  );
  // Ports of what the same plan takes out are free, and so are those that only change hands.
  configure(taken('n1').replace('40012-40013', '40020') + taken('n4').replace('40018-40019', '40012'));
  assert.deepEqual(await terraform.plan(), {
    'roomlb_node.n1': 'update',
    'roomlb_node.n2': 'delete',
    'roomlb_node.n4': 'create',
  });
});

test('what only the whole topology shows is told at its attribute, too', { skip }, async (t) => {
  const main = node('n1').replace('40012-40013', '50000') + node('n2').replace('public', 'nowhere');
  const { terraform, configure, rest } = await startSite(t, { main });
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
  assert.equal(code, 1);
  assert.match(words(stderr), /media_ports: 50000 lies outside 40000-40999, the media ports of VIP public/);
  assert.match(words(stderr), /vip: there is no VIP nowhere/);
  assert.match(stderr, /in resource "roomlb_node" "n1":\n.*\n?.*media_ports = "50000"/);
  // A fault of another part is told by its name.
  const vip = 'resource "roomlb_vip" "edge" {\n  id = "edge"\n  addresses = ["203.0.113.99"]\n}\n';
  configure(node('n1') + vip);
  await terraform.run('apply', '-auto-approve');
  await rest('PATCH', '/v1/nodes/n1', { vip: 'edge', mediaPorts: null });
  configure(
    node('n1')
      .replace('"public"', '"edge"')
      .replace(/ *media_ports.*\n/, ''),
  );
  const { stderr: other } = await terraform.attempt('apply', '-auto-approve');
  assert.match(words(other), /nodes "n1", vip: there is no VIP edge/);
});

test('a token is in no state, plan, log or output', { skip }, async (t) => {
  const token = newToken();
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-tokens-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [tokens, file] = [join(folder, 'tokens'), join(folder, 'token')];
  const entry = { name: 'terraform', hash: hashToken(token), expires: null, node: null };
  writeFileSync(tokens, `${tokenLine({ ...entry, scopes: ['read', 'topology:write'] })}\n`);
  const main = node('n1');
  const { terraform, configure } = await startSite(t, { main, args: ['--tokens', tokens] });
  const texts: string[] = [];
  const run = async (...args: string[]) => {
    const { stdout, stderr } = await terraform.attempt(...args);
    texts.push(stdout, stderr);
    return stderr;
  };
  assert.match(await run('apply', '-auto-approve'), /401/);
  writeFileSync(file, `${token.slice(0, -1)}x\n`);
  configure(main, `  token_file = "${file}"\n`);
  assert.match(words(await run('apply', '-auto-approve')), /401.*Set token, token_file or ROOMLB_TOKEN/);
  writeFileSync(file, `${token}\n`);
  await run('plan', '-out=plan.bin');
  await run('show', '-json', 'plan.bin');
  assert.equal(await run('apply', 'plan.bin'), '');
  await run('show', '-json');
  for (const name of readdirSync(terraform.folder)) {
    const path = join(terraform.folder, name);
    if (statSync(path).isFile()) texts.push(readFileSync(path, 'latin1'));
  }
  assert.ok(texts.some((text) => text.includes('192.0.2.11')));
  assert.ok(texts.every((text) => !text.includes(token.slice(0, -1))));
});
