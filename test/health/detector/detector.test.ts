import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_DAMPING } from '../../../src/topology/health/config.ts';
import { stepCheck, UNKNOWN } from '../../../src/health/detector/check.ts';
import { readSnapshot, SnapshotError } from '../../../src/health/detector/snapshot.ts';
import { worst } from '../../../src/health/detector/worst.ts';
import { address } from '../endpoints.ts';
import { Cluster, direct, names, path, PLAIN } from './cluster.ts';
import { letterOf, OUTCOMES, outcome } from './letters.ts';

const nodes = (count: number) => names(count).map(direct);

describe('one node', () => {
  test('hangs and comes back: suspect, down, up, each told once with its reason', () => {
    const cluster = new Cluster({}, nodes(1));
    const states = ['.', '.', 't', 't', 't', 't', '.', '.'].map((letter) => cluster.round(letter));
    assert.deepEqual(states.join(''), 'UUSSDDDU');
    assert.deepEqual(
      cluster.events.map((event) => event.type === 'node.state' && [letterOf(event.to), event.why]),
      [
        ['U', ''],
        ['S', 'no answer'],
        ['D', 'no answer (3 times in a row)'],
        ['U', ''],
      ],
    );
  });

  test('that was down gets its weight back step by step', () => {
    const cluster = new Cluster({ slowStart: 30_000 }, nodes(1));
    for (const letter of '.r..') cluster.round(letter);
    assert.deepEqual(cluster.told(), ['sfu-1 ?→U', 'sfu-1 U→D', 'sfu-1 D→U', 'sfu-1 × 0.1']);
    assert.deepEqual([...cluster.detector.factors()], [['sfu-1', 0.1]]);
    cluster.wait(30_000);
    assert.deepEqual(
      cluster.told(),
      [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((factor) => `sfu-1 × ${factor}`),
    );
    assert.equal(cluster.detector.factors().size, 0);
  });

  test('that falls during slow start begins it anew', () => {
    const cluster = new Cluster({ slowStart: 30_000 }, nodes(1));
    for (const letter of '.r.....r..') cluster.round(letter);
    assert.deepEqual(cluster.told().slice(3), [
      'sfu-1 × 0.1',
      'sfu-1 × 0.2',
      'sfu-1 × 0.3',
      'sfu-1 U→D',
      'sfu-1 D→U',
      'sfu-1 × 0.1',
    ]);
  });

  test('that was only suspect keeps its full weight', () => {
    const cluster = new Cluster({ slowStart: 30_000 }, nodes(1));
    for (const letter of '.t..') cluster.round(letter);
    assert.deepEqual(cluster.told(), ['sfu-1 ?→U', 'sfu-1 U→S', 'sfu-1 S→U']);
  });

  test('that flaps is held back as suspect though it answers, and released when it has been quiet', () => {
    const cluster = new Cluster({ damping: DEFAULT_DAMPING }, nodes(1));
    const states = Array.from('.r..r..r...').map((letter) => cluster.round(letter));
    assert.equal(states.join(''), 'UDDUDDUDDSS');
    const shown = cluster.detector.node('sfu-1', cluster.now);
    assert.equal(shown?.measured, 'up');
    assert.match(shown.why, /held back/);
    assert.ok(shown.heldUntil !== null && shown.heldUntil > cluster.now);
    cluster.told();
    cluster.wait(shown.heldUntil - cluster.now - 1000);
    assert.equal(cluster.states(), 'S');
    cluster.wait(2000);
    assert.deepEqual(cluster.told(), ['node.released sfu-1', 'sfu-1 S→U']);
  });

  test('that flaps is still down when it is down', () => {
    const cluster = new Cluster({ damping: DEFAULT_DAMPING }, nodes(1));
    for (const letter of '.r..r..r..') cluster.round(letter);
    assert.equal(cluster.round('r'), 'D');
  });

  test('whose probes cannot be made stays as it was', () => {
    const cluster = new Cluster({}, nodes(1));
    assert.equal(cluster.round('-'), '?');
    cluster.round('.');
    assert.equal(cluster.round('-'), 'U');
  });
});

describe('most nodes silent at once', () => {
  const panicThreshold = 0.5;

  test('panic: states are held, and what was believed just before is taken back', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(10));
    cluster.round('.');
    cluster.told();
    assert.equal(cluster.round('ttttttt...'), 'UUUUUUUUUU');
    const told = cluster.told();
    assert.deepEqual(told.slice(0, 6), [...names(5).map((node) => `${node} U→S`), 'panic.entered']);
    assert.deepEqual(
      told.slice(6),
      names(5).map((node) => `${node} S→U`),
    );
    for (let i = 0; i < 60; i++) assert.equal(cluster.round('ttttttt...'), 'UUUUUUUUUU');
    assert.match(cluster.detector.node('sfu-1', cluster.now)?.why ?? '', /not believed/);
    assert.equal(cluster.detector.node('sfu-1', cluster.now)?.measured, 'down');
  });

  test('panic is over when the network is: nobody has moved', () => {
    const cluster = new Cluster({ panicThreshold, damping: DEFAULT_DAMPING, slowStart: 30_000 }, nodes(10));
    cluster.round('.');
    for (let i = 0; i < 30; i++) cluster.round('ttttttt...');
    cluster.told();
    for (let i = 0; i < 6; i++) assert.equal(cluster.round('.'), 'UUUUUUUUUU');
    assert.deepEqual(cluster.told(), ['panic.left']);
    assert.equal(cluster.detector.node('sfu-7', cluster.now)?.penalty, 0);
  });

  test('panic is over when few are left: those are believed then', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(10));
    cluster.round('.');
    for (let i = 0; i < 30; i++) cluster.round('ttttttt...');
    for (let i = 0; i < 5; i++) cluster.round('tttt......');
    assert.equal(cluster.states(), 'DDDDUUUUUU');
    assert.deepEqual(cluster.told().slice(-5), ['panic.left', ...names(4).map((node) => `${node} U→D`)]);
  });

  test('in panic a node that says itself that it is down is believed', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(10));
    cluster.round('.');
    cluster.round('tttttttt..');
    assert.equal(cluster.round('tttttttts.'), 'UUUUUUUUDU');
  });

  test('in panic a silent node that had said that it drains takes no new rooms', () => {
    const beats = names(3).map((node) => ({ ...direct(node), id: `${node}/heartbeat` }));
    const cluster = new Cluster({ panicThreshold }, [...nodes(3), ...beats]);
    cluster.round('.');
    for (let i = 0; i < 4; i++) cluster.round('tttb..');
    assert.equal(cluster.detector.panic, true);
    assert.equal(cluster.states(), 'SUU');
  });

  test('in panic nodes that were dead long before stay dead', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(10));
    cluster.round('.');
    for (let i = 0; i < 40; i++) cluster.round('tttt......');
    for (let i = 0; i < 5; i++) cluster.round('ttttttttt.');
    assert.equal(cluster.detector.panic, true);
    assert.equal(cluster.states(), 'DDDDUUUUUU');
  });

  test('hosts that refuse are dead processes, not a broken network: no panic', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(3));
    cluster.round('.');
    assert.equal(cluster.round('rr.'), 'DDU');
  });

  test('long dead nodes do not make the next one a panic', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(10));
    cluster.round('.');
    for (let i = 0; i < 40; i++) cluster.round('tttt......');
    assert.equal(cluster.states(), 'DDDDUUUUUU');
    for (let i = 0; i < 3; i++) cluster.round('tttttt....');
    assert.equal(cluster.states(), 'DDDDDDUUUU');
  });

  test('the second of two takes over', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(2));
    cluster.round('.');
    for (let i = 0; i < 3; i++) cluster.round('t.');
    assert.equal(cluster.states(), 'DU');
  });

  test('a dispatcher that starts cut off knows nothing, and shuns nobody', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(5));
    for (let i = 0; i < 5; i++) cluster.round('t');
    assert.equal(cluster.states(), '?????');
  });

  test('panic survives a restart, and switching it off ends it', () => {
    const cluster = new Cluster({ panicThreshold }, nodes(5));
    cluster.round('.');
    for (let i = 0; i < 5; i++) cluster.round('tttt.');
    cluster.restart();
    assert.equal(cluster.detector.panic, true);
    assert.equal(cluster.round('tttt.'), 'UUUUU');
    cluster.configure({ panicThreshold: null });
    assert.equal(cluster.states(), 'DDDDU');
  });
});

describe('paths through the VIP', () => {
  const endpoints = (count: number) => names(count).flatMap((node) => [direct(node), path(node)]);

  test('a dead path beside living ones: no new rooms, and an event that says what to look at', () => {
    const cluster = new Cluster({}, endpoints(3));
    cluster.round('.');
    cluster.told();
    for (let i = 0; i < 3; i++) cluster.round('.t....');
    assert.equal(cluster.states(), 'UUU', 'the others might follow within an interval');
    for (let i = 0; i < 2; i++) cluster.round('.t....');
    assert.equal(cluster.states(), 'SUU');
    const [event] = cluster.events;
    assert.ok(event?.type === 'path.dead');
    assert.match(event.hint, /rule for this port/);
    assert.match(cluster.detector.node('sfu-1', cluster.now)?.why ?? '', /directly, but not through the VIP/);
    assert.deepEqual(cluster.told(), ['path.dead sfu-1', 'sfu-1 U→S']);
    cluster.round('.');
    assert.equal(cluster.round('.'), 'UUU');
    assert.deepEqual(cluster.told(), ['path.fine sfu-1', 'sfu-1 S→U']);
  });

  test('all paths dead: it is the VIP, and no node is shunned', () => {
    const cluster = new Cluster({}, endpoints(3));
    cluster.round('.');
    cluster.told();
    for (let i = 0; i < 6; i++) assert.equal(cluster.round('.t.t.t'), 'UUU');
    assert.deepEqual(cluster.told(), [...names(3).map((node) => `path.dead ${node}`), 'vip.unreachable']);
    for (let i = 0; i < 6; i++) assert.equal(cluster.round('.'), 'UUU');
    assert.deepEqual(cluster.told(), [...names(3).map((node) => `path.fine ${node}`), 'vip.reachable']);
  });

  test('a VIP that was never reached from here is told of, and shuns nobody', () => {
    const cluster = new Cluster({}, endpoints(3));
    for (let i = 0; i < 6; i++) cluster.round('.r.r.r');
    assert.equal(cluster.states(), 'UUU');
    assert.ok(cluster.told().includes('vip.unreachable'));
  });

  test('a VIP out of reach is told of once, however often the topology is edited meanwhile', () => {
    const cluster = new Cluster({}, endpoints(3));
    for (let i = 0; i < 6; i++) cluster.round('.r.r.r');
    cluster.told();
    cluster.configure({});
    cluster.configure({}, endpoints(4));
    for (let i = 0; i < 6; i++) cluster.round('.r.r.r.r');
    assert.deepEqual(
      cluster.told().filter((event) => event.startsWith('vip.')),
      [],
    );
    for (let i = 0; i < 6; i++) cluster.round('.');
    assert.ok(cluster.told().includes('vip.reachable'));
  });

  test('a path to the wrong node: at once, and it says whose', () => {
    const cluster = new Cluster({}, endpoints(3));
    cluster.round('.');
    cluster.told();
    assert.equal(cluster.round('.n....'), 'SUU');
    const [event] = cluster.events;
    assert.ok(event?.type === 'path.wrong-node');
    assert.equal(event.answeredBy, 'sfu-2');
    assert.equal(event.vip, 'public');
  });

  test('a node that is down itself says nothing of its path', () => {
    const cluster = new Cluster({}, endpoints(3));
    cluster.round('.');
    cluster.told();
    for (let i = 0; i < 3; i++) cluster.round('tt....');
    assert.equal(cluster.states(), 'DUU');
    assert.deepEqual(cluster.told(), ['sfu-1 U→S', 'sfu-1 S→D', 'path.unproven sfu-1']);
  });

  test('when the worker answers directly again and the VIP does not, the path is dead', () => {
    const cluster = new Cluster({}, endpoints(3));
    cluster.round('.');
    for (let i = 0; i < 3; i++) cluster.round('tt....');
    for (let i = 0; i < 4; i++) cluster.round('.t....');
    assert.equal(cluster.states(), 'SUU');
    assert.ok(cluster.told().includes('path.dead sfu-1'));
  });

  test('dead paths are no silence of the node: they cause no panic', () => {
    const cluster = new Cluster({ panicThreshold: 0.5 }, endpoints(4));
    cluster.round('.');
    for (let i = 0; i < 6; i++) cluster.round('.t.t.t..');
    assert.equal(cluster.states(), 'SSSU');
    assert.equal(cluster.detector.panic, false);
  });
});

describe('another configuration', () => {
  test('keeps the states, and its thresholds hold from then on', () => {
    const cluster = new Cluster({}, nodes(2));
    for (const letters of ['..', '.t', '.t']) cluster.round(letters);
    cluster.configure({ fall: 10 });
    assert.equal(cluster.states(), 'US');
    assert.equal(cluster.round('.t'), 'US');
    cluster.configure({ fall: 4 });
    assert.equal(cluster.round('.t'), 'UD');
  });

  test('a node that comes begins as unknown, one that goes is forgotten', () => {
    const cluster = new Cluster({}, nodes(2));
    cluster.round('.r');
    cluster.configure({}, [direct('sfu-2'), direct('sfu-3')]);
    assert.equal(cluster.states(), 'D?');
    assert.equal(cluster.detector.node('sfu-1', cluster.now), undefined);
    assert.deepEqual(cluster.detector.observe('sfu-1/stun', outcome('r'), cluster.now), []);
  });

  test('a node at another address is another machine', () => {
    const cluster = new Cluster({}, nodes(1));
    cluster.round('r');
    cluster.told();
    const moved = { ...direct('sfu-1'), id: 'sfu-1/stun/moved', address: address('10.0.0.99') };
    cluster.configure({}, [moved]);
    assert.deepEqual(cluster.told(), ['sfu-1 D→?']);
  });
});

describe('a restart', () => {
  test('changes nothing that happens afterwards, whenever it comes', () => {
    const all = names(4).flatMap((node) => [direct(node), path(node)]);
    const round = fc.array(fc.constantFrom(...Object.keys(OUTCOMES), '.', '.', '.', 't', 't'), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(round, { maxLength: 12 }), fc.array(round, { maxLength: 12 }), (before, after) => {
        const config = { damping: DEFAULT_DAMPING, panicThreshold: 0.5, slowStart: 30_000 };
        const [one, other] = [new Cluster(config, all), new Cluster(config, all)];
        for (const letters of before) {
          one.round(letters.join(''));
          other.round(letters.join(''));
        }
        other.restart();
        for (const letters of after) {
          one.round(letters.join(''));
          other.round(letters.join(''));
          assert.equal(other.states(), one.states());
        }
        assert.deepEqual(other.detector.factors(), one.detector.factors());
        assert.equal(other.detector.panic, one.detector.panic);
      }),
      { numRuns: 150 },
    );
  });

  test('a snapshot of anything else is refused with the reason', () => {
    const refused = (value: unknown, words: RegExp) =>
      assert.throws(
        () => readSnapshot(value),
        (error) => error instanceof SnapshotError && words.test(error.message),
      );
    refused(null, /must be object/);
    const panic = { on: false, calmSince: null };
    refused({ version: 2, panic, nodes: {} }, /version/);
    refused({ version: 1, panic, nodes: { a: {} } }, /required/);
    const stored: unknown = JSON.parse(JSON.stringify(new Cluster({}, nodes(3)).detector.snapshot()));
    assert.ok(readSnapshot(stored));
  });
});

test('without damping, panic and paths, a node is the worst of what its checks say', () => {
  const ids = ['a', 'b', 'c'];
  const endpoints = ids.map((id) => ({ ...direct('sfu-1'), id }));
  const steps = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...Object.keys(OUTCOMES))));
  fc.assert(
    fc.property(steps, (list) => {
      const { detector, now } = new Cluster(PLAIN, endpoints);
      const records = new Map(ids.map((id) => [id, UNKNOWN]));
      for (const [id, letter] of list) {
        records.set(id, stepCheck(records.get(id)!, outcome(letter), PLAIN));
        detector.observe(id, outcome(letter), now);
        const expected = [...records.values()].map(({ state }) => state).reduce(worst);
        assert.equal(detector.states().get('sfu-1'), expected);
      }
    }),
    { numRuns: 200 },
  );
});
