import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  againstConfig,
  againstPlan,
  planState,
  replacements,
} from '../../../src/terraform-provider/plugin/plan.ts';
import { keepSpelling } from '../../../src/terraform-provider/plugin/same.ts';
import type { Attribute, Attributes, Nesting } from '../../../src/terraform-provider/plugin/schema.ts';
import { complete } from '../../../src/terraform-provider/plugin/tree.ts';
import { UNKNOWN, type ObjectValue, type Value } from '../../../src/terraform-provider/plugin/values.ts';

const sameLetters = (one: Value, other: Value) =>
  JSON.stringify(one).toLowerCase() === JSON.stringify(other).toLowerCase();
const description = '';
const text = (more: Partial<Attribute> = {}): Attribute => ({
  type: 'string',
  presence: 'optional',
  description,
  ...more,
});

function nested(nesting: Nesting, attributes: Attributes, more: Partial<Attribute> = {}): Attribute {
  return { nested: { nesting, attributes }, presence: 'optional', description, ...more };
}

const ELEMENT: Attributes = {
  key: text({ presence: 'required', same: sameLetters }),
  fixed: text({ replaces: true }),
  mode: text({ presence: 'optional-computed', default: 'on' }),
  handle: text({ presence: 'computed', stable: true }),
  count: text({ presence: 'computed' }),
};

const ATTRIBUTES: Attributes = {
  name: text({ presence: 'required', replaces: true, same: sameLetters }),
  size: { type: 'number', presence: 'optional-computed', default: 3, description },
  note: text(),
  tags: { type: ['set', 'string'], presence: 'optional', description },
  id: text({ presence: 'computed', stable: true }),
  revision: text({ presence: 'computed' }),
  chosen: text({ presence: 'optional-computed', replaces: true }),
  list: nested('list', ELEMENT),
  set: nested('set', ELEMENT),
  map: nested('map', ELEMENT),
  one: nested('single', ELEMENT, { presence: 'optional-computed', default: { key: 'd' } }),
};
const SCHEMA = { version: 0, description, attributes: ATTRIBUTES };

const element = (key: string, more: ObjectValue = {}): ObjectValue => ({
  key,
  fixed: null,
  mode: 'on',
  handle: `h-${key}`,
  count: 'c',
  ...more,
});
const PRIOR: ObjectValue = {
  name: 'a',
  size: 3,
  note: null,
  tags: ['x', 'y'],
  id: 'i',
  revision: 'r',
  chosen: 'by the other side',
  list: [element('l0'), element('l1')],
  set: [element('s0'), element('s1')],
  map: { m: element('m') },
  one: element('d'),
};
const CONFIG: ObjectValue = complete(ATTRIBUTES, {
  name: 'a',
  tags: ['y', 'x'],
  list: [{ key: 'l0' }, { key: 'l1' }],
  set: [{ key: 's1' }, { key: 's0' }],
  map: { m: { key: 'm' } },
});

/** What an update makes of an element that it does not touch. */
const carried = (key: string, more: ObjectValue = {}) => element(key, { count: UNKNOWN, ...more });
/** Of one that is new. */
const fresh = (key: string, more: ObjectValue = {}) =>
  element(key, { count: UNKNOWN, handle: UNKNOWN, ...more });

/** What an update plans that changes nothing but by `changes`. */
const updated = (changes: ObjectValue): ObjectValue => ({
  ...PRIOR,
  revision: UNKNOWN,
  chosen: UNKNOWN,
  list: [carried('l0'), carried('l1')],
  set: [carried('s1'), carried('s0')],
  map: { m: carried('m') },
  one: carried('d'),
  ...changes,
});

interface Case {
  readonly prior?: ObjectValue | null;
  readonly config?: ObjectValue;
  readonly planned: ObjectValue;
  readonly replaces?: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'nothing changes: as it was, whatever the order of sets': { planned: PRIOR },
  'another spelling of the same is no change': {
    config: { name: 'A', list: [{ key: 'L0' }, { key: 'l1' }], set: [{ key: 'S0' }, { key: 's1' }] },
    planned: PRIOR,
  },
  'a create: defaults, and unknown where it is computed': {
    prior: null,
    config: complete(ATTRIBUTES, { name: 'n', list: [{ key: 'k', mode: 'off' }] }),
    planned: {
      ...complete(ATTRIBUTES, { name: 'n' }),
      size: 3,
      id: UNKNOWN,
      revision: UNKNOWN,
      chosen: UNKNOWN,
      list: [fresh('k', { mode: 'off' })],
      one: fresh('d'),
    },
  },
  'an update: what is stable stays, all else that is computed is unknown': {
    config: { note: 'new' },
    planned: updated({ note: 'new' }),
  },
  'a default comes back when the configuration says no more': {
    prior: { ...PRIOR, size: 9 },
    planned: updated({ size: 3 }),
  },
  'an unknown value is planned as such, and may be a change': {
    config: { note: UNKNOWN },
    planned: updated({ note: UNKNOWN }),
  },
  'what replaces is told by its path': {
    config: { name: 'b' },
    planned: updated({ name: 'b' }),
    replaces: ['name'],
  },
  'an unknown value of what replaces does so': {
    config: { name: UNKNOWN },
    planned: updated({ name: UNKNOWN }),
    replaces: ['name'],
  },
  'what replaces does not do so where it merely may change': {
    config: { chosen: null, note: 'new' },
    planned: updated({ note: 'new' }),
  },
  'elements of a list are told by their index': {
    config: { list: [{ key: 'l1' }] },
    planned: updated({ list: [carried('l1', { handle: 'h-l0' })] }),
  },
  'an element of a list replaces where it was there before': {
    config: { list: [{ key: 'l0' }, { key: 'l1', fixed: 'f' }, { key: 'l2', fixed: 'g' }] },
    planned: updated({
      list: [carried('l0'), carried('l1', { fixed: 'f' }), fresh('l2', { fixed: 'g' })],
    }),
    replaces: ['list.1.fixed'],
  },
  'elements of a set are found again by what they are': {
    config: { set: [{ key: 'new' }, { key: 's1' }] },
    planned: updated({ set: [fresh('new'), carried('s1')] }),
  },
  'each element of a set is found once': {
    config: { set: [{ key: 's0' }, { key: 'S0' }] },
    planned: updated({ set: [carried('s0'), fresh('S0')] }),
  },
  'elements of a set that differ in what replaces do so': {
    config: { set: [{ key: 's0', fixed: 'f' }, { key: 's1' }] },
    planned: updated({ set: [fresh('s0', { fixed: 'f' }), carried('s1')] }),
    replaces: ['set'],
  },
  'elements of a map are told by their key': {
    config: { map: { n: { key: 'n' }, m: { key: 'M', fixed: 'f' } } },
    planned: updated({ map: { n: fresh('n'), m: carried('m', { fixed: 'f' }) } }),
    replaces: ['map.m.fixed'],
  },
  'a default of an object has the defaults of its attributes, and what is computed of it stays': {
    prior: { ...PRIOR, one: element('other') },
    planned: updated({ one: carried('d', { handle: 'h-other' }) }),
  },
  'nothing at all where the configuration leaves out what is optional': {
    config: { list: null, tags: null },
    planned: updated({ list: null, tags: null }),
  },
  'an empty list is not none': {
    config: { list: [] },
    planned: updated({ list: [] }),
  },
  'a list that is not known is planned as such': {
    config: { list: UNKNOWN },
    planned: updated({ list: UNKNOWN }),
  },
};

describe('plans', () => {
  for (const [name, { prior = PRIOR, config = {}, planned, replaces = [] }] of Object.entries(CASES)) {
    test(name, () => {
      const whole = complete(ATTRIBUTES, { ...(prior === null ? {} : CONFIG), ...config });
      const found = planState(SCHEMA, prior, whole);
      assert.deepEqual(found, planned);
      const paths = prior === null ? [] : replacements(ATTRIBUTES, prior, found, whole);
      assert.deepEqual(
        paths.map((path) => path.join('.')),
        replaces,
      );
      assert.deepEqual(againstConfig(ATTRIBUTES, prior, whole, found), []);
    });
  }

  test('a plan that has what the configuration does not is seen', () => {
    assert.deepEqual(againstConfig(ATTRIBUTES, PRIOR, CONFIG, { ...PRIOR, note: 'x', name: 'z' }), [
      ['name'],
      ['note'],
    ]);
  });
});

describe('what an apply returns', () => {
  const found = {
    ...PRIOR,
    name: 'A',
    revision: 'r2',
    list: [element('L0', { handle: 'h-l0' }), element('l1')],
  };

  test('keeps the spelling of the plan', () => {
    const kept = keepSpelling(ATTRIBUTES, updated({}), found);
    assert.equal(kept.name, 'a');
    assert.equal(kept.revision, 'r2');
    assert.deepEqual(kept.list, PRIOR.list);
  });

  test('is what was planned, or is told by its path', () => {
    const planned = updated({});
    assert.deepEqual(againstPlan(ATTRIBUTES, planned, keepSpelling(ATTRIBUTES, planned, found)), []);
    const wrong: ObjectValue = {
      ...PRIOR,
      size: 4,
      list: [element('l0', { mode: 'off' }), element('l1')],
      map: { other: element('m') },
      one: null,
    };
    assert.deepEqual(
      againstPlan(ATTRIBUTES, planned, wrong).map((path) => path.join('.')),
      ['size', 'list.0.mode', 'map.m', 'one'],
    );
  });

  test('may be a number that no double holds, in the plan', () => {
    const attributes: Attributes = { share: { type: 'number', presence: 'optional', description } };
    assert.deepEqual(againstPlan(attributes, { share: 0.8 }, { share: 0.8 }), []);
    assert.deepEqual(againstPlan(attributes, { share: 0.8 }, { share: 0.80001 }), [['share']]);
  });
});
