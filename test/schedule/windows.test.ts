import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv } from 'ajv';
import { readWindows } from '../../src/schedule/read-windows.ts';
import { MaintenanceSchema, type MaintenanceDocument } from '../../src/schedule/schema.ts';
import { drainedNodes, withMaintenance } from '../../src/schedule/drained.ts';
import { nextOpening, openAt, openWindows, type MaintenanceWindow } from '../../src/schedule/windows.ts';
import type { AdminState, Node, Topology } from '../../src/topology/model.ts';
import { formatPath, Problems } from '../../src/topology/problems.ts';

const fits = new Ajv().compile<MaintenanceDocument>(MaintenanceSchema);
const NOW = Date.parse('2024-06-01T00:00Z');

const node = (id: string, zone: string | null = null, state: AdminState = 'active'): Node => ({
  id,
  zone,
  state,
  kind: 'mediasoup',
  vip: 'public',
  addresses: [],
  weight: 100,
  signallingPort: null,
  mediaPorts: null,
  healthPort: null,
  stunPort: null,
});
const NODES = [node('sfu-1', 'a'), node('sfu-2', 'a'), node('sfu-3', 'b')];

function read(document: unknown, now = NOW) {
  assert.ok(fits(document), JSON.stringify(fits.errors));
  const problems = new Problems();
  const windows = readWindows(document, NODES, now, ['maintenance'], problems);
  const faults = problems.list.map(({ path, message, hint }) => `${formatPath(path)}: ${message} (${hint})`);
  return { windows, faults };
}

const window = (cron: string, duration: string, timeZone = 'UTC'): MaintenanceWindow => {
  const { windows, faults } = read([{ id: 'w', cron, duration, timeZone, nodes: ['sfu-1'] }]);
  assert.deepEqual(faults, []);
  return windows[0]!;
};

const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);
/** `closed`, or from when until when it is open at that instant. */
const state = (w: MaintenanceWindow, at: string) => {
  const open = openAt(w, Date.parse(`${at}Z`));
  return open ? `${iso(open.since)} to ${iso(open.until)}` : 'closed';
};

describe('whether a window is open', () => {
  const night = window('0 3 * * *', '2h');
  const saturday = '2024-06-08T03:00 to 2024-06-08T05:00';
  for (const [at, expected] of [
    ['2024-06-08T02:59:59', 'closed'],
    ['2024-06-08T03:00:00', saturday],
    // A dispatcher that starts now finds it open.
    ['2024-06-08T04:17:23', saturday],
    ['2024-06-08T04:59:59', saturday],
    ['2024-06-08T05:00:00', 'closed'],
  ] as const) {
    test(`0 3 * * * for 2h at ${at}: ${expected}`, () => assert.equal(state(night, at), expected));
  }

  test('over midnight, over the end of the month, over days', () => {
    assert.equal(
      state(window('0 23 L * *', '4h'), '2024-03-01T02:00'),
      '2024-02-29T23:00 to 2024-03-01T03:00',
    );
    assert.equal(
      state(window('0 0 1 * *', '168h'), '2024-06-07T23:59'),
      '2024-06-01T00:00 to 2024-06-08T00:00',
    );
  });

  test('one that opens anew before it closes is open all the while', () => {
    assert.equal(
      state(window('0 3,4 * * *', '90m'), '2024-06-08T04:15'),
      '2024-06-08T03:00 to 2024-06-08T05:30',
    );
    assert.equal(
      state(window('0 3,4 * * *', '60m'), '2024-06-08T04:15'),
      '2024-06-08T03:00 to 2024-06-08T05:00',
    );
  });

  test('the hour that clocks skip is no window lost, and lasts as long as any', () => {
    const berlin = window('30 2 * * *', '1h', 'Europe/Berlin');
    assert.equal(state(berlin, '2024-03-31T01:29'), 'closed');
    assert.equal(state(berlin, '2024-03-31T01:30'), '2024-03-31T01:30 to 2024-03-31T02:30');
  });

  test('the hour that clocks show twice is one window', () => {
    const berlin = window('30 2 * * *', '1h', 'Europe/Berlin');
    assert.equal(state(berlin, '2024-10-27T00:30'), '2024-10-27T00:30 to 2024-10-27T01:30');
    assert.equal(state(berlin, '2024-10-27T01:30'), 'closed');
  });

  test('a window over a change of clocks lasts its elapsed time', () => {
    assert.equal(
      state(window('0 0 * * *', '6h', 'Europe/Berlin'), '2024-03-31T04:00'),
      '2024-03-30T23:00 to 2024-03-31T05:00',
    );
  });

  test('when it opens next', () => {
    const at = Date.parse('2024-06-08T03:00Z');
    assert.equal(iso(nextOpening(night, at, 86_400_001)!), '2024-06-09T03:00');
    assert.equal(nextOpening(night, at, 3_600_000), undefined);
  });
});

describe('what open windows do', () => {
  const topology = (nodes: readonly Node[]): Topology => ({
    cluster: 'test',
    placement: { algorithm: 'maglev', tableSize: 65_537, loadBound: null },
    vips: [],
    nodes,
  });
  const { windows } = read([
    { id: 'a', cron: '0 3 * * *', duration: '2h', zone: 'a' },
    { id: 'b', cron: '0 4 * * *', duration: '3h', nodes: ['sfu-2', 'sfu-3'] },
  ]);
  const states = (at: string, nodes = NODES) => {
    const open = openWindows(windows, Date.parse(`${at}Z`));
    return withMaintenance(topology(nodes), open).nodes.map((each) => each.state);
  };

  test('none open: the topology as it is', () => {
    const declared = topology(NODES);
    assert.equal(withMaintenance(declared, []), declared);
    assert.deepEqual(states('2024-06-08T02:00'), ['active', 'active', 'active']);
  });

  test('nodes are drained while one is open that names them or their zone, and active again after the last', () => {
    assert.deepEqual(states('2024-06-08T03:30'), ['draining', 'draining', 'active']);
    assert.deepEqual(states('2024-06-08T04:30'), ['draining', 'draining', 'draining']);
    assert.deepEqual(states('2024-06-08T05:30'), ['active', 'draining', 'draining']);
    assert.deepEqual(states('2024-06-08T07:00'), ['active', 'active', 'active']);
  });

  test('what the operator drained or disabled stays so', () => {
    const nodes = [node('sfu-1', 'a', 'disabled'), node('sfu-2', 'a', 'draining')];
    assert.deepEqual(states('2024-06-08T03:30', nodes), ['disabled', 'draining']);
    assert.deepEqual(states('2024-06-08T12:00', nodes), ['disabled', 'draining']);
  });

  test('which windows drain a node, and until when', () => {
    const drained = drainedNodes(openWindows(windows, Date.parse('2024-06-08T04:30Z')), NODES);
    assert.deepEqual(drained.get('sfu-2'), { windows: ['a', 'b'], until: Date.parse('2024-06-08T07:00Z') });
    assert.deepEqual(drained.get('sfu-1'), { windows: ['a'], until: Date.parse('2024-06-08T05:00Z') });
  });
});

describe('what is refused, with the reason', () => {
  const base = { id: 'w', cron: '0 3 * * *', duration: '2h', nodes: ['sfu-1'] };
  for (const [what, documents, fault] of [
    [
      'a bad expression',
      [{ ...base, cron: '0 25 * * *' }],
      /^maintenance\[0\]\.cron: is no cron expression: hour "25".*five fields/,
    ],
    [
      'an unknown zone',
      [{ ...base, timeZone: 'Asia/Soul' }],
      /timeZone: there is no time zone "Asia\/Soul" \(did you mean Asia\/Seoul\?\)/,
    ],
    ['seconds', [{ ...base, duration: '90s' }], /duration: must be whole minutes/],
    [
      'more than a week',
      [{ ...base, duration: '200h' }],
      /duration: must be whole minutes from 1m to 7 days/,
    ],
    [
      'neither nodes nor zone',
      [{ id: 'w', cron: '0 3 * * *', duration: '2h' }],
      /maintenance\[0\]: must name nodes, or a zone \(add/,
    ],
    ['both', [{ ...base, zone: 'a' }], /must name nodes, or a zone \(take one/],
    [
      'an unknown node',
      [{ ...base, nodes: ['sfu-11'] }],
      /nodes\[0\]: there is no node "sfu-11" \(did you mean "sfu-1"\?\)/,
    ],
    [
      'an empty zone',
      [{ id: 'w', cron: '0 3 * * *', duration: '2h', zone: 'c' }],
      /zone: no node is in zone "c" \(zones: a, b\)/,
    ],
    ['two of one id', [base, base], /maintenance\[1\]\.id: there are two windows "w"/],
    [
      'one that never closes',
      [{ ...base, cron: '*/30 * * * *', duration: '30m' }],
      /duration: .* never closes/,
    ],
    ['one that never opens', [{ ...base, cron: '0 3 31 * 5#1' }], /cron: never happens within eight years/],
  ] as const) {
    test(what, () => {
      const { faults } = read(documents);
      assert.equal(faults.length, 1, JSON.stringify(faults));
      assert.match(faults[0]!, fault);
    });
  }

  test('the 29th of February and a window that touches itself but for one pause are fine', () => {
    assert.deepEqual(read([{ ...base, cron: '0 0 29 2 *' }]).faults, []);
    assert.deepEqual(read([{ ...base, cron: '0 0-22 * * *', duration: '1h' }]).faults, []);
  });
});
