/** Each resource from its first plan to its end, by the real terraform against a real dispatcher. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_TERRAFORM } from '../terraform.ts';
import { requiring } from '../in-process.ts';
import { startSite } from '../site.ts';

const skip = NO_TERRAFORM;

const NODE = `resource "roomlb_node" "one" {
  id          = "sfu-1"
  kind        = "mediasoup"
  vip         = "public"
  addresses   = ["192.0.2.11"]
  media_ports = "40002-40003"
}
`;

test(
  'a node is made, changed in place, set right after drift, made anew, and removed',
  { skip },
  async (t) => {
    const { terraform, configure, rest } = await startSite(t, { main: NODE });
    assert.deepEqual(await terraform.validate(), []);
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.one': 'create' });
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await rest('GET', '/v1/nodes/sfu-1'), {
      id: 'sfu-1',
      kind: 'mediasoup',
      vip: 'public',
      addresses: ['192.0.2.11'],
      weight: 100,
      mediaPorts: '40002-40003',
      state: 'active',
    });
    assert.deepEqual(await terraform.plan(), {});

    configure(NODE.replace('}\n', '  weight = 50\n  zone = "a"\n}\n'));
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.one': 'update' });
    await terraform.run('apply', '-auto-approve', 'plan.bin');
    assert.deepEqual(await terraform.plan(), {});

    await rest('PATCH', '/v1/nodes/sfu-1', { weight: 7, zone: null });
    const drift = await terraform.run('plan');
    assert.match(drift, /weight +=? *7 -> 50/);
    assert.match(drift, /\+ zone += "a"/);
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.plan(), {});
    await rest('DELETE', '/v1/nodes/sfu-1');
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.one': 'create' });
    await terraform.run('apply', '-auto-approve');

    // Without the attribute its default is back.
    configure(NODE.replace('sfu-1', 'sfu-2'));
    assert.deepEqual(await terraform.plan(), { 'roomlb_node.one': 'delete, create' });
    await terraform.run('apply', '-auto-approve');
    const { nodes } = (await rest('GET', '/v1/nodes')) as { nodes: { id: string; weight: number }[] };
    assert.deepEqual(
      nodes.map(({ id, weight }) => [id, weight]),
      [
        ['old', 100],
        ['sfu-2', 100],
      ],
    );
    await terraform.run('destroy', '-auto-approve');
    assert.deepEqual(await terraform.state(), {});
  },
);

const VIP = `resource "roomlb_vip" "edge" {
  id        = "edge"
  addresses = ["203.0.113.20", "2001:DB8:0:0::20"]
  signalling = {
    port   = 443
    domain = "SFU.example.net"
  }
  media = {
    protocols    = ["udp", "tcp"]
    ports        = "41000-41999"
    idle_timeout = "120s"
  }
  vrrp = {
    interface = "eth0"
    router_id = 51
    peers     = ["203.0.113.3", "203.0.113.2"]
  }
}
`;

test('a VIP keeps the spelling of its configuration, and follows changes within', { skip }, async (t) => {
  const { terraform, configure, rest } = await startSite(t, { main: VIP });
  assert.deepEqual(await terraform.validate(), []);
  await terraform.run('apply', '-auto-approve');
  const expected = {
    id: 'edge',
    addresses: ['203.0.113.20', '2001:db8::20'],
    forwarding: 'nat',
    snat: false,
    signalling: { port: 443, domain: 'sfu.example.net', tls: 'passthrough', idleTimeout: '1h' },
    media: { protocols: ['udp', 'tcp'], ports: '41000-41999', idleTimeout: '2m', drain: 'keep-flows' },
    vrrp: {
      interface: 'eth0',
      routerId: 51,
      priority: 100,
      advertInterval: '1s',
      peers: ['203.0.113.2', '203.0.113.3'],
    },
  };
  assert.deepEqual(await rest('GET', '/v1/vips/edge'), expected);
  assert.deepEqual(await terraform.plan(), {});
  const { addresses } = (await terraform.state())['roomlb_vip.edge']!;
  assert.deepEqual(addresses, ['203.0.113.20', '2001:DB8:0:0::20']);

  // TLS follows from the certificate; without vrrp nobody announces it.
  const changed = VIP.replace('domain = ', 'certificate = "/etc/roomlb/tls.pem"\n    domain = ');
  configure(changed.replace(/ {2}vrrp = \{[^}]*\}\n/, ''));
  const plan = await terraform.run('plan', '-out=plan.bin');
  assert.match(plan, /tls += "passthrough" -> "terminate"/);
  await terraform.run('apply', 'plan.bin');
  assert.deepEqual(await rest('GET', '/v1/vips/edge'), {
    ...Object.fromEntries(Object.entries(expected).filter(([key]) => key !== 'vrrp')),
    signalling: { ...expected.signalling, tls: 'terminate', certificate: '/etc/roomlb/tls.pem' },
  });
  assert.deepEqual(await terraform.plan(), {});

  await rest('PATCH', '/v1/vips/edge', { media: { idleTimeout: '90s' } });
  assert.deepEqual(await terraform.plan(), { 'roomlb_vip.edge': 'update' });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await terraform.plan(), {});
  await terraform.run('destroy', '-auto-approve');
  const { vips } = (await rest('GET', '/v1/vips')) as { vips: { id: string }[] };
  assert.deepEqual(
    vips.map(({ id }) => id),
    ['public'],
  );
});

const WINDOW = `resource "roomlb_maintenance_window" "updates" {
  id        = "kernel-updates"
  cron      = "0 3 * * sun"
  duration  = "120m"
  time_zone = "Asia/Seoul"
  nodes     = ["old"]
}
`;

test('a maintenance window is made, changed, made anew and removed', { skip }, async (t) => {
  const { terraform, configure, rest } = await startSite(t, { main: WINDOW });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/maintenance/kernel-updates'), {
    id: 'kernel-updates',
    cron: '0 3 * * sun',
    duration: '2h',
    timeZone: 'Asia/Seoul',
    nodes: ['old'],
  });
  assert.deepEqual(await terraform.plan(), {});
  // The same times in another spelling, by somebody else and here, are no change; nor do they stand in the way of one.
  await rest('PATCH', '/v1/maintenance/kernel-updates', { cron: '0 3 * * 0' });
  assert.deepEqual(await terraform.plan(), {});
  configure(WINDOW.replace('* sun', '* 7'));
  assert.deepEqual(await terraform.plan(), {});
  configure(WINDOW.replace('nodes     = ["old"]', 'zone = "a"').replace(/ *time_zone.*\n/, ''));
  assert.deepEqual(await terraform.plan(), { 'roomlb_maintenance_window.updates': 'update' });
  await terraform.run('apply', '-auto-approve');
  const changed = { id: 'kernel-updates', cron: '0 3 * * sun', duration: '2h', timeZone: 'UTC', zone: 'a' };
  assert.deepEqual(await rest('GET', '/v1/maintenance/kernel-updates'), changed);
  assert.deepEqual(await terraform.plan(), {});
  configure(WINDOW.replace('kernel-updates', 'other'));
  assert.deepEqual(await terraform.plan(), { 'roomlb_maintenance_window.updates': 'delete, create' });
  await terraform.run('apply', '-auto-approve');
  await terraform.run('destroy', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/maintenance'), { maintenance: [], open: [] });
});

const POLICIES = `resource "roomlb_placement_policy" "this" {
  algorithm        = "rendezvous"
  load_bound       = 1.50
  moves_per_second = 20
}

resource "roomlb_health_policy" "this" {
  interval        = "500ms"
  panic_threshold = "off"
  slow_start      = "60s"
  damping         = { enabled = false }
  deep_check      = { cron = "0 4 * * *" }
  checks = [
    { type = "stun", transports = ["tcp", "udp"] },
    { type = "http", path = "/health", status = [204, 200], interval = "10s" },
    { type = "janus" },
  ]
}
`;

test('policies are set, set right after drift, and put back to their defaults', { skip }, async (t) => {
  const { terraform, configure, rest } = await startSite(t);
  const [placement, health] = await Promise.all([
    rest('GET', '/v1/policies/placement'),
    rest('GET', '/v1/policies/health'),
  ]);
  configure(POLICIES);
  assert.deepEqual(await terraform.validate(), []);
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/policies/placement'), {
    algorithm: 'rendezvous',
    tableSize: 65_537,
    loadBound: 1.5,
    movesPerSecond: 20,
  });
  const set = (await rest('GET', '/v1/policies/health')) as Record<string, unknown>;
  assert.deepEqual(set, {
    ...(health as object),
    interval: '500ms',
    // At most the interval.
    timeout: '500ms',
    panicThreshold: 'off',
    slowStart: '1m',
    damping: 'off',
    deepCheck: { cron: '0 4 * * *', timeZone: 'UTC' },
    checks: set.checks,
  });
  assert.deepEqual(await terraform.plan(), {});
  const state = (await terraform.state())['roomlb_health_policy.this']!;
  assert.equal(state.id, 'site');
  assert.equal(state.timeout, '500ms');

  await rest('PATCH', '/v1/policies/health', { damping: {}, fall: 9 });
  assert.deepEqual(await terraform.plan(), { 'roomlb_health_policy.this': 'update' });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/policies/health'), set);

  // What is taken out of the configuration has its default again.
  configure('resource "roomlb_health_policy" "this" {\n  fall = 5\n}\n');
  assert.deepEqual(await terraform.plan(), {
    'roomlb_health_policy.this': 'update',
    'roomlb_placement_policy.this': 'delete',
  });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/policies/health'), { ...(health as object), fall: 5 });
  assert.deepEqual(await rest('GET', '/v1/policies/placement'), placement);
  assert.deepEqual(await terraform.plan(), {});
  await terraform.run('destroy', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/policies/health'), health);
});

test(
  'all is imported by its id, by the command and by a block, and is then as it was',
  { skip },
  async (t) => {
    const { terraform, configure, rest } = await startSite(t);
    configure(NODE + VIP + WINDOW + POLICIES);
    await terraform.run('apply', '-auto-approve');
    const before = await rest('GET', '/v1/topology');
    const ids = {
      'roomlb_node.one': 'sfu-1',
      'roomlb_vip.edge': 'edge',
      'roomlb_maintenance_window.updates': 'kernel-updates',
      'roomlb_placement_policy.this': 'site',
      'roomlb_health_policy.this': 'health',
    };
    const forget = async () => {
      for (const address of Object.keys(ids)) await terraform.run('state', 'rm', address);
    };
    await forget();
    for (const [address, id] of Object.entries(ids)) await terraform.run('import', address, id);
    assert.deepEqual(await terraform.plan(), {});
    await forget();
    const blocks = Object.entries(ids).map(([to, id]) => `import {\n  to = ${to}\n  id = "${id}"\n}\n`);
    configure(NODE + VIP + WINDOW + POLICIES + blocks.join(''));
    assert.deepEqual(await terraform.plan(), {});
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await rest('GET', '/v1/topology'), before);
    configure('resource "roomlb_node" "nobody" {\n}\n');
    const { code, stderr } = await terraform.attempt('import', 'roomlb_node.nobody', 'nobody');
    assert.equal(code, 1);
    assert.match(stderr, /The topology has no node "nobody"/);
  },
);

const ROOM = 'resource "roomlb_room" "show" {\n  room = "weekly/show"\n  node = roomlb_node.one.id\n}\n';

test('a room is pinned, moved, placed where no node is named, and let go', { skip }, async (t) => {
  const { terraform, configure, rest } = await startSite(t, { main: NODE + ROOM });
  assert.deepEqual(await terraform.validate(), []);
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins/weekly%2Fshow'), {
    room: 'weekly/show',
    node: 'sfu-1',
    strict: false,
  });
  assert.deepEqual((await terraform.state())['roomlb_room.show'], {
    room: 'weekly/show',
    node: 'sfu-1',
    strict: false,
    vip: 'public',
    signalling_url: 'ws://203.0.113.10:8443/n/sfu-1/',
    media: ['udp', 'tcp'].flatMap((protocol) =>
      [40002, 40003].map((port) => ({ protocol, address: '203.0.113.10', port })),
    ),
  });
  assert.deepEqual(await terraform.plan(), {});

  configure(NODE + ROOM.replace('roomlb_node.one.id', '"old"').replace('}\n', '  strict = true\n}\n'));
  assert.deepEqual(await terraform.plan(), { 'roomlb_room.show': 'update' });
  await terraform.run('apply', '-auto-approve');
  const moved = { room: 'weekly/show', node: 'old', strict: true };
  assert.deepEqual(await rest('GET', '/v1/pins/weekly%2Fshow'), moved);
  // Without a node it stays where it is.
  const nowhere = ROOM.replace(/ *node = .*\n/, '');
  configure(NODE + nowhere.replace('}\n', '  strict = true\n}\n'));
  assert.deepEqual(await terraform.plan(), {});
  configure(NODE + nowhere);
  assert.deepEqual(await terraform.plan(), { 'roomlb_room.show': 'update' });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins/weekly%2Fshow'), { ...moved, strict: false });
  await terraform.run('state', 'rm', 'roomlb_room.show');
  await terraform.run('import', 'roomlb_room.show', 'weekly/show');
  assert.deepEqual(await terraform.plan(), {});

  // What somebody else took away or moved is put right, and not overwritten where the plan did not see it.
  configure(NODE + ROOM);
  await terraform.run('apply', '-auto-approve');
  const pin = { room: 'weekly/show', node: 'sfu-1', strict: false };
  await rest('DELETE', '/v1/pins/weekly%2Fshow');
  assert.deepEqual(await terraform.plan(), { 'roomlb_room.show': 'create' });
  await terraform.run('apply', 'plan.bin');
  await rest('PUT', '/v1/pins/weekly%2Fshow', { ...pin, node: 'old' });
  assert.match(await terraform.run('plan'), /node += "old" -> "sfu-1"/);
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins/weekly%2Fshow'), pin);
  await rest('PUT', '/v1/pins/weekly%2Fshow', { ...pin, node: 'old' });
  configure(NODE + ROOM.replace('}\n', '  strict = true\n}\n'));
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve', '-refresh=false');
  assert.equal(code, 1);
  assert.match(stderr.replace(/[\s│]+/g, ' '), /changed node of pinned room "weekly\/show"/);
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins/weekly%2Fshow'), { ...pin, strict: true });
  const block = 'import {\n  to = roomlb_room.show\n  id = "weekly/show"\n}\n';
  await terraform.run('state', 'rm', 'roomlb_room.show');
  configure(NODE + ROOM.replace('}\n', '  strict = true\n}\n') + block);
  assert.deepEqual(await terraform.plan(), {});
  await terraform.run('apply', 'plan.bin');

  // Of a room that is made without a node the dispatcher says where it goes, as it would a claim.
  const { node } = (await rest('PUT', '/v1/rooms/placed')) as { node: { id: string } };
  configure(NODE + nowhere.replace('weekly/show', 'placed'));
  assert.deepEqual(await terraform.plan(), { 'roomlb_room.show': 'delete, create' });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins/placed'), { room: 'placed', node: node.id, strict: false });
  await terraform.run('destroy', '-auto-approve');
  assert.deepEqual(await rest('GET', '/v1/pins'), { pins: [] });
});

test(
  'what an apply has yet to tell is planned as such, the dispatcher itself included',
  { skip },
  async (t) => {
    const { terraform, rest, url } = await startSite(t);
    terraform.write({
      'main.tf': `${requiring('roomlb')}
resource "terraform_data" "late" {
  input = { url = "${url}", interval = "500ms", address = "192.0.2.30", port = 443, weight = 0 }
}

provider "roomlb" {
  endpoint = terraform_data.late.output.url
}

resource "roomlb_vip" "edge" {
  id         = "edge"
  addresses  = ["203.0.113.20"]
  signalling = { port = terraform_data.late.output.port, domain = "sfu.example.net" }
}

resource "roomlb_node" "one" {
  id        = "sfu-1"
  kind      = "janus"
  vip       = roomlb_vip.edge.id
  addresses = [terraform_data.late.output.address]
  weight    = terraform_data.late.output.weight
}

resource "roomlb_health_policy" "this" {
  interval = terraform_data.late.output.interval
  checks   = [{ type = "http", interval = terraform_data.late.output.interval }]
}

resource "roomlb_room" "show" {
  room = "show"
  node = roomlb_node.one.id
}
`,
    });
    assert.deepEqual(await terraform.validate(), []);
    const plan = await terraform.run('plan', '-out=plan.bin');
    assert.match(plan, /timeout += \(known after apply\)/);
    assert.match(plan, /tls += \(known after apply\)/);
    assert.match(plan, /forwarding += "nat"/);
    await terraform.run('apply', 'plan.bin');
    assert.deepEqual(await terraform.plan(), {});
    const { timeout } = (await rest('GET', '/v1/policies/health')) as { timeout: string };
    assert.equal(timeout, '500ms');
    assert.deepEqual(await rest('GET', '/v1/nodes/sfu-1'), {
      id: 'sfu-1',
      kind: 'janus',
      vip: 'edge',
      addresses: ['192.0.2.30'],
      weight: 0,
      state: 'active',
    });
  },
);
