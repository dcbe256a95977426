/** The drivers of IPVS without an engine: what is read, and the order in which rules change. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clusterView } from '../../src/cluster/view.ts';
import { buildIntent } from '../../src/intent/build.ts';
import type { Intent } from '../../src/intent/model.ts';
import { ofTarget } from '../../src/targets/balancer.ts';
import { ipvsDriver } from '../../src/targets/ipvs/driver/driver.ts';
import { changeNotes, readNotes } from '../../src/targets/ipvs/driver/notes.ts';
import { parseConnections, parseTable } from '../../src/targets/ipvs/driver/parse.ts';
import { configFileOf } from '../../src/targets/ipvs/driver/rivals.ts';
import { rulesBetween } from '../../src/targets/ipvs/driver/rules.ts';
import { parseTimeouts, setTimeouts } from '../../src/targets/ipvs/driver/settings.ts';
import type { Service } from '../../src/targets/ipvs/driver/state.ts';
import { keepalivedDriver } from '../../src/targets/keepalived/driver/driver.ts';
import { expectedOf, repairOf } from '../../src/targets/keepalived/driver/kernel.ts';
import { viewFile } from '../../src/targets/keepalived/driver/view.ts';
import { topologies } from '../topology/arbitrary.ts';
import { balancerFor } from './balancers.ts';
import { cluster, intentOf, type Fields } from './documents.ts';

const ipvs = ipvsDriver(balancerFor('ipvs'), 'test-1');
const keepalived = keepalivedDriver(balancerFor('keepalived'));
const intents: fc.Arbitrary<Intent> = topologies({ maxNodes: 6 }).map((topology) =>
  buildIntent(clusterView(topology)),
);

function intentWith(nodes: readonly Fields[], drain = 'keep-flows'): Intent {
  return intentOf(
    cluster({ signalling: { port: 80 }, media: { protocols: ['udp'], ports: '40000-49999', drain } }, nodes),
  );
}

/** Executes commands as ipvsadm does, one by one, and shows the table after each. */
function execute(
  services: readonly Service[],
  lines: readonly string[],
  look: (table: Map<string, Map<string, number>>) => void,
): Map<string, Map<string, number>> {
  const table = new Map(
    services.map(({ name, destinations }) => [name, new Map(destinations.map((d) => [d.to, d.weight]))]),
  );
  for (const line of lines) {
    const [, verb, name = '', to = '', weight] =
      /^-([ADEaed]) (\S+ \S+)(?: -s \S+(?: -p \d+)?| -r (\S+)(?: -\w -w (\d+))?)?$/.exec(line) ??
      assert.fail(line);
    const service = table.get(name);
    assert.equal(service === undefined, verb === 'A', line);
    if (verb === 'A') table.set(name, new Map());
    else if (verb === 'D') table.delete(name);
    else if (verb !== 'E') {
      assert.equal(service?.has(to), verb !== 'a', line);
      if (verb === 'd') service.delete(to);
      else service.set(to, Number(weight));
    }
    look(table);
  }
  return table;
}

describe('rules of IPVS, one by one', () => {
  test('lead from any table to any other, and leave nobody without members who has some before and after', () => {
    const takesNew = (service?: Map<string, number>) => [...(service?.values() ?? [])].some((w) => w > 0);
    fc.assert(
      fc.property(intents, intents, (from, to) => {
        const [before, after] = [ipvs.desired(from).services, ipvs.desired(to).services];
        const usable = (services: readonly Service[]) =>
          new Set(services.filter((s) => s.destinations.some((d) => d.weight > 0)).map(({ name }) => name));
        const [had, has] = [usable(before), usable(after)];
        const end = execute(before, rulesBetween(before, after), (table) => {
          for (const name of had) if (has.has(name)) assert.ok(takesNew(table.get(name)), name);
        });
        const wanted = after.map(({ name, destinations }) => [
          name,
          destinations.map((d) => [d.to, d.weight]),
        ]);
        const came = [...end].map(([name, service]) => [name, [...service].sort()]);
        assert.deepEqual(came.sort(), wanted.sort());
      }),
      { numRuns: 100 },
    );
  });

  test('are as many as differences, whatever the number of nodes', () => {
    for (const size of [10, 1000]) {
      const nodes: Fields[] = Array.from({ length: size }, () => ({}));
      const changed = [...nodes.slice(0, -1), { weight: 7 }];
      const plan = ipvs.plan(ipvs.desired(intentWith(nodes)), ipvs.desired(intentWith(changed)));
      const lines = plan.steps.flatMap(({ action }) => (action.do === 'rules' ? action.lines : [action.do]));
      // Of either family.
      assert.deepEqual(
        lines.map((line) => line.split(' ')[0]),
        ['-e', '-e'],
      );
    }
  });

  test('change weights upwards first, and let the old go last', () => {
    const { services } = ipvs.desired(intentWith([{ weight: 10 }, { weight: 0 }, { weight: 5 }]));
    const next = ipvs.desired(intentWith([{ weight: 0 }, { weight: 20 }])).services;
    const of = (list: readonly Service[]) => list.filter(({ name }) => name === '-t 203.0.113.10:80');
    assert.deepEqual(rulesBetween(of(services), of(next)), [
      '-e -t 203.0.113.10:80 -r 10.0.0.2:4443 -m -w 20',
      '-e -t 203.0.113.10:80 -r 10.0.0.1:4443 -m -w 0',
      '-d -t 203.0.113.10:80 -r 10.0.0.3:4443',
    ]);
  });
});

describe('what ipvsadm prints', () => {
  test('is read with all that RoomLB itself would not set', () => {
    const text = [
      '-A -t 1.2.3.4:81 -s wrr -p 300 -M 255.255.0.0 -o -b flag-3',
      '-a -t 1.2.3.4:81 -r 10.0.0.2:81 -i -w 1 --tun-type ipip',
      '-a -t 1.2.3.4:81 -r 10.0.0.1:81 -m -w 7 -x 5 -y 2',
      '-A -f 6 -6 -s wrr',
      '-a -f 6 -6 -r [fd00::1]:0 -i -w 1 --tun-type gue --tun-port 5555',
      '',
    ].join('\n');
    assert.deepEqual(parseTable(text), [
      {
        name: '-f 6 -6',
        options: '-s wrr',
        destinations: [{ to: '[fd00::1]:0', options: '-i --tun-type gue --tun-port 5555', weight: 1 }],
      },
      {
        name: '-t 1.2.3.4:81',
        options: '-s wrr -p 300 -M 255.255.0.0 -o -b flag-3',
        destinations: [
          { to: '10.0.0.1:81', options: '-m -x 5 -y 2', weight: 7 },
          { to: '10.0.0.2:81', options: '-i', weight: 1 },
        ],
      },
    ]);
  });

  test('is not read where it has no known form', () => {
    for (const line of ['what', '-a -t 1.2.3.4:81 -r 10.0.0.1:81 -m -w 1', '-A -t 1.2.3.4:81']) {
      assert.deepEqual(parseTable(`${line}\n`), { unreadable: line });
    }
  });

  test('tells connections, and timeouts', () => {
    const listing = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
UDP  [2001:db8::10]:99 wrr (flag-3) persistent 100 ops
  -> [fd00::aaaa:bbbb:cccc:dddd]:99 Route   1      2          3
FWM  5 wrr
  -> 10.0.0.1:0                   Masq    7      9          9
`;
    assert.deepEqual(parseConnections(listing), {
      '-u [2001:db8::10]:99 -> [fd00::aaaa:bbbb:cccc:dddd]:99': 5,
    });
    const timeouts = parseTimeouts('Timeout (tcp tcpfin udp): 900 120 300\n');
    assert.deepEqual(timeouts, { 'timeout tcp': '900', 'timeout udp': '300' });
    assert.deepEqual(setTimeouts({ 'timeout udp': '7' }), ['--set', '0', '0', '7']);
    assert.equal(parseTimeouts('nothing'), undefined);
  });

  test('a keepalived’s command line tells its file', () => {
    assert.equal(configFileOf(['keepalived', '-n', '-f', '/a']), '/a');
    assert.equal(configFileOf(['keepalived', '--use-file=/b']), '/b');
    assert.equal(configFileOf(['keepalived', '-D']), undefined);
  });
});

describe('what in IPVS is RoomLB’s own', () => {
  const of = { cluster: 'test-1', namespace: null };
  const owner = { id: 'public/signalling', nodes: {} };

  test('is noted and struck out, and is nothing where there is no file', async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'roomlb-notes-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'new', 'owned.json');
    assert.deepEqual(await readNotes(file, of), { services: {}, settings: [] });
    const without = { services: [], settings: [] };
    await changeNotes(file, of, { services: { b: owner, a: owner }, settings: ['x'], without });
    await changeNotes(file, of, {
      services: {},
      settings: ['y'],
      without: { services: ['b'], settings: ['x'] },
    });
    const { services, settings } = await readNotes(file, of);
    assert.deepEqual({ services, settings }, { services: { a: owner }, settings: ['y'] });
    await assert.rejects(readNotes(file, { ...of, cluster: 'other' }), {
      kind: 'unreachable',
      message: `${file} is of cluster test-1, namespace (none): write another ownedFile: for this balancer`,
    });
    await writeFile(file, 'by hand');
    await assert.rejects(changeNotes(file, of, { services: {}, settings: [], without }), /is not of RoomLB/);
    assert.equal(await readFile(file, 'utf8'), 'by hand');
  });

  test('decides what is removed, what is foreign, and what is taken over without a word', () => {
    const desired = ipvs.desired(intentWith([{}]));
    const [first, ...rest] = desired.services;
    assert.ok(first);
    const strange = { ...first, owner: null, options: '-s sh' };
    const other = { ...first, owner: null, name: '-t 203.0.113.10:8080' };
    const { foreign, steps, notes } = ipvs.plan({ ...desired, services: [...rest, strange, other] }, desired);
    assert.deepEqual(foreign, [
      `${first.name} is in IPVS already, and not in /nonexistent/owned.json as this cluster's`,
    ]);
    assert.ok(!JSON.stringify(steps).includes('8080'));
    assert.match(notes.join(), /^IPVS has 1 more virtual services/);
    // The very same, whoever made it, is only noted.
    const same = ipvs.plan({ ...desired, services: [...rest, { ...first, owner: null }] }, desired);
    assert.deepEqual([same.foreign, same.steps.map(({ action }) => action.do)], [[], ['note']]);
  });

  test('members that go are known by name until they are gone', () => {
    const [from, to] = [ipvs.desired(intentWith([{}, {}])), ipvs.desired(intentWith([{}]))];
    const { steps } = ipvs.plan(from, to);
    assert.deepEqual(
      steps.map(({ action }) => action.do),
      ['rules', 'note'],
    );
    const moved = ipvs.desired(intentWith([{ addresses: ['10.0.0.9', 'fd00:1::9'] }]));
    const [first] = ipvs.plan(to, moved).steps;
    assert.ok(first?.action.do === 'note');
    assert.deepEqual(first.action.changes.services['-t 203.0.113.10:80']?.nodes, {
      '10.0.0.1:4443': 'sfu-1',
      '10.0.0.9:4443': 'sfu-1',
    });
  });

  test('what was taken over is given back on the way back', () => {
    const desired = ipvs.desired(intentWith([{}]));
    const strange = { ...desired.services[0]!, owner: null, options: '-s sh' };
    const before = { ...desired, services: [strange], settings: {} };
    const { steps } = ipvs.plan(desired, before);
    const lines = steps.flatMap(({ action }) => (action.do === 'rules' ? action.lines : []));
    assert.ok(lines.includes(`-E ${strange.name} -s sh`));
    assert.ok(!lines.includes(`-D ${strange.name}`));
    const struck = steps.flatMap(({ action }) =>
      action.do === 'note' ? action.changes.without.services : [],
    );
    assert.ok(struck.includes(strange.name));
  });
});

describe('a keepalived.conf, read back', () => {
  test('comes to the same services and pools as IPVS by ipvsadm has them', () => {
    fc.assert(
      fc.property(intents, (intent) => {
        const { servers, pools } = viewFile(keepalived.desired(intent).file);
        const names = [...expectedOf(servers)].map(([name]) => name).sort();
        // Services of nodes that are cut off have no destination there, and are none here.
        const others = ipvs.desired(intent).services.filter(({ destinations }) => destinations.length > 0);
        assert.deepEqual(names, others.map(({ name }) => name).sort());
        const nothing = ipvs.desired({ ...intent, vips: [], services: [] });
        const wanted = ipvs.plan(nothing, ipvs.desired(intent)).pools;
        const has = [...pools].map(([id, { members }]) => [
          id,
          [...members].sort((a, b) => (a.node < b.node ? -1 : 1)),
        ]);
        assert.deepEqual(
          Object.fromEntries(has),
          Object.fromEntries(wanted.map(({ id, after }) => [id, after])),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('lets members that are checked have weight 0, and mends everything else', () => {
    const { servers } = viewFile(keepalived.desired(intentWith([{}, {}])).file);
    const expected = expectedOf(servers);
    const table = [...expected.values()].map(({ name, options, destinations }) => ({
      name,
      options,
      destinations: destinations.map((d) => (d.to === '10.0.0.1:4443' ? { ...d, weight: 0 } : d)),
    }));
    assert.deepEqual(repairOf(table, expected).lines, []);
    const weakened = table.map((service) => ({
      ...service,
      destinations: service.destinations.map((d) => (d.to === '10.0.0.2:0' ? { ...d, weight: 0 } : d)),
    }));
    assert.deepEqual(repairOf(weakened, expected).lines, [
      '-e -u 203.0.113.10:40002 -r 10.0.0.2:0 -m -w 1',
      '-e -u 203.0.113.10:40003 -r 10.0.0.2:0 -m -w 1',
    ]);
    assert.equal(repairOf([], expected).lines.length, table.length * 2 + 2);
  });

  test('a process that does not run is told of, and waits for its start', () => {
    const [from, to] = [keepalived.desired(intentWith([{}])), keepalived.desired(intentWith([{}, {}]))];
    const { steps, notes } = keepalived.plan({ ...from, process: 'dead', table: [] }, to);
    assert.deepEqual(
      steps.map(({ action }) => action.do),
      ['write'],
    );
    assert.match(notes.join(), /^keepalived does not run/);
  });

  test('what stands in IPVS already is foreign, unless the file has it', () => {
    const [from, to] = [keepalived.desired(intentWith([{}])), keepalived.desired(intentWith([{}, {}]))];
    const service = { options: '-s wrr', destinations: [] };
    const table = ['-u 203.0.113.10:40000', '-u 203.0.113.10:40002'].map((name) => ({ name, ...service }));
    const { foreign } = keepalived.plan({ ...from, table }, to);
    const { configFile } = ofTarget(balancerFor('keepalived'), 'keepalived');
    assert.deepEqual(foreign, [`-u 203.0.113.10:40002 is in IPVS already, and not of ${configFile}`]);
  });
});
