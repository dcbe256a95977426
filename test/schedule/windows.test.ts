import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drainedNodes, withMaintenance } from '../../src/schedule/drained.ts';
import { nextOpening, openAt, openWindows } from '../../src/schedule/windows.ts';
import type { MaintenanceWindow, WindowScope } from '../../src/topology/maintenance/window.ts';
import type { AdminState, Node, Topology } from '../../src/topology/model.ts';
import { DEFAULTS } from '../topology/topology-of.ts';

const HOUR = 3_600_000;

const node = (id: string, zone: string | null = null, state: AdminState = 'active'): Node => ({
  id,
  zone,
  state,
  kind: 'mediasoup',
  vip: 'public',
  addresses: [],
  weight: 100,
  signallingPort: null,
  inheritsSignallingPort: true,
  mediaPorts: null,
  healthPort: null,
  stunPort: null,
});
const NODES = [node('sfu-1', 'a'), node('sfu-2', 'a'), node('sfu-3', 'b')];

const window = (
  cron: string,
  hours: number,
  timeZone = 'UTC',
  scope: WindowScope = { nodes: ['sfu-1'] },
): MaintenanceWindow => ({ id: 'w', cron, duration: hours * HOUR, timeZone, scope });

const iso = (instant: number) => new Date(instant).toISOString().slice(0, 16);
/** `closed`, or from when until when it is open at that instant. */
const state = (w: MaintenanceWindow, at: string) => {
  const open = openAt(w, Date.parse(`${at}Z`));
  return open ? `${iso(open.since)} to ${iso(open.until)}` : 'closed';
};

describe('whether a window is open', () => {
  const night = window('0 3 * * *', 2);
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
    assert.equal(state(window('0 23 L * *', 4), '2024-03-01T02:00'), '2024-02-29T23:00 to 2024-03-01T03:00');
    assert.equal(state(window('0 0 1 * *', 168), '2024-06-07T23:59'), '2024-06-01T00:00 to 2024-06-08T00:00');
  });

  test('one that opens anew before it closes is open all the while', () => {
    assert.equal(
      state(window('0 3,4 * * *', 1.5), '2024-06-08T04:15'),
      '2024-06-08T03:00 to 2024-06-08T05:30',
    );
    assert.equal(state(window('0 3,4 * * *', 1), '2024-06-08T04:15'), '2024-06-08T03:00 to 2024-06-08T05:00');
  });

  test('the hour that clocks skip is no window lost, and lasts as long as any', () => {
    const berlin = window('30 2 * * *', 1, 'Europe/Berlin');
    assert.equal(state(berlin, '2024-03-31T01:29'), 'closed');
    assert.equal(state(berlin, '2024-03-31T01:30'), '2024-03-31T01:30 to 2024-03-31T02:30');
  });

  test('the hour that clocks show twice is one window', () => {
    const berlin = window('30 2 * * *', 1, 'Europe/Berlin');
    assert.equal(state(berlin, '2024-10-27T00:30'), '2024-10-27T00:30 to 2024-10-27T01:30');
    assert.equal(state(berlin, '2024-10-27T01:30'), 'closed');
  });

  test('a window over a change of clocks lasts its elapsed time', () => {
    assert.equal(
      state(window('0 0 * * *', 6, 'Europe/Berlin'), '2024-03-31T04:00'),
      '2024-03-30T23:00 to 2024-03-31T05:00',
    );
  });

  test('when it opens next', () => {
    const at = Date.parse('2024-06-08T03:00Z');
    assert.equal(iso(nextOpening(night, at, 86_400_001)!), '2024-06-09T03:00');
    assert.equal(nextOpening(night, at, 3_600_000), undefined);
  });
});

test('a window whose expression nobody checked is no window that never opens', () => {
  assert.throws(() => openAt(window('0 25 * * *', 2), 0), /window w was not checked: hour "25"/);
});

describe('what open windows do', () => {
  const topology = (nodes: readonly Node[]): Topology => ({
    cluster: 'test',
    ...DEFAULTS,
    vips: [],
    nodes,
  });
  const windows = [
    { ...window('0 3 * * *', 2, 'UTC', { zone: 'a' }), id: 'a' },
    { ...window('0 4 * * *', 3, 'UTC', { nodes: ['sfu-2', 'sfu-3'] }), id: 'b' },
  ];
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
