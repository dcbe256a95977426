import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkDocument } from '../../../src/topology/document.ts';
import { formatFault } from '../../../src/topology/faults.ts';
import { MAX_WINDOWS } from '../../../src/topology/maintenance/schema.ts';

const node = (number: number, zone: string): object => ({
  id: `sfu-${number}`,
  kind: 'janus',
  vip: 'public',
  addresses: [`10.0.1.${number}`],
  zone,
  mediaPorts: 40_000 + number,
});

function check(maintenance: unknown, nodes: object[] = [node(1, 'a'), node(2, 'a'), node(3, 'b')]) {
  const vips = [{ id: 'public', addresses: ['203.0.113.10'], media: { ports: '40000-49999' } }];
  const { topology, faults } = checkDocument({ cluster: 'c', vips, nodes, maintenance });
  return { windows: topology?.maintenance, faults: faults.map(formatFault) };
}

const BASE = { id: 'w', cron: '0 3 * * *', duration: '2h', nodes: ['sfu-1'] };
const ZONED = { id: 'z', cron: '@weekly', duration: '90m', zone: 'a' };

describe('maintenance windows', () => {
  test('are read, sorted by id, in UTC where they name no zone of time', () => {
    assert.deepEqual(check([{ ...ZONED, timeZone: 'Asia/Seoul' }, BASE]), {
      windows: [
        { id: 'w', cron: '0 3 * * *', duration: 7_200_000, timeZone: 'UTC', scope: { nodes: ['sfu-1'] } },
        { id: 'z', cron: '@weekly', duration: 5_400_000, timeZone: 'Asia/Seoul', scope: { zone: 'a' } },
      ],
      faults: [],
    });
  });

  test('may be none', () => {
    assert.deepEqual(check([]), { windows: [], faults: [] });
    assert.deepEqual(check(undefined), { windows: [], faults: [] });
  });
});

describe('windows that are refused, with the reason:', () => {
  for (const [what, documents, ...expected] of [
    [
      'a bad expression',
      [{ ...BASE, cron: '0 25 * * *' }],
      /^error: maintenance\[0\]\.cron: is no cron expression: hour "25".*five fields/,
    ],
    [
      'an unknown time zone',
      [{ ...BASE, timeZone: 'Asia/Soul' }],
      /timeZone: there is no time zone "Asia\/Soul" \(hint: did you mean Asia\/Seoul\?\)/,
    ],
    ['seconds', [{ ...BASE, duration: '90s' }], /duration: must be whole minutes/],
    [
      'more than a week',
      [{ ...BASE, duration: '200h' }],
      /duration: must be whole minutes from 1m to 7 days/,
    ],
    [
      'neither nodes nor zone',
      [{ id: 'w', cron: '0 3 * * *', duration: '2h' }],
      /maintenance\[0\]: must name nodes, or a zone \(hint: add/,
    ],
    ['both', [{ ...BASE, zone: 'a' }], /must name nodes, or a zone \(hint: take one/],
    [
      'an unknown node',
      [{ ...BASE, nodes: ['sfu-2', 'sfu-11'] }],
      /^error: maintenance\[0\]\.nodes\[1\]: there is no node sfu-11 \(hint: did you mean "sfu-1"\?\)/,
    ],
    ['two of one id', [BASE, BASE], /maintenance\[1\]\.id: another window has the id w/],
    [
      'one that never closes',
      [{ ...BASE, cron: '*/30 * * * *', duration: '30m' }],
      /duration: .* never closes/,
    ],
    [
      'one that never closes, from week to week',
      [{ ...BASE, cron: '0 3 * * sun', duration: '168h' }],
      /duration: .* never closes/,
    ],
    ['one that never opens', [{ ...BASE, cron: '0 3 31 * 5#1' }], /cron: never happens/],
    ['a slip of a key', [{ ...BASE, corn: '@daily', cron: undefined }], /corn: unknown key "corn".*"cron"/],
    [
      'a zone that is no id, and not as if none were named',
      [{ id: 'w', cron: '0 3 * * *', duration: '2h', zone: 'a b' }],
      /zone: must be an id/,
    ],
    [
      'several things at once',
      [{ ...BASE, cron: 'x', timeZone: 'Mars', nodes: ['sfu-9'], duration: '1s' }],
      /cron: is no cron/,
      /duration: must be whole/,
      /nodes\[0\]: there is no node/,
      /timeZone: there is no time zone "Mars" \(hint: write an IANA name/,
    ],
    [
      'too many',
      Array.from({ length: MAX_WINDOWS + 1 }, (_, i) => ({ ...BASE, id: `w${i}` })),
      /maintenance: must be a list of at most 100, found a list/,
    ],
  ] as const) {
    test(what, () => {
      const { windows, faults } = check(documents);
      assert.equal(windows, undefined);
      assert.equal(faults.length, expected.length, faults.join('\n'));
      faults.sort().forEach((fault, index) => assert.match(fault, expected[index]!));
    });
  }

  test('the 29th of February, and one that opens every hour but one, are fine', () => {
    assert.deepEqual(check([{ ...BASE, cron: '0 0 29 2 *' }]).faults, []);
    assert.deepEqual(check([{ ...BASE, cron: '0 0 29 2 mon' }]).faults, []);
    assert.deepEqual(check([{ ...BASE, cron: '0 0-22 * * *', duration: '1h' }]).faults, []);
    // Unbroken from Monday to Saturday: fifty openings in a row that meet, and then a pause.
    assert.deepEqual(check([{ ...BASE, cron: '0 * * * 1-6', duration: '1h' }]).faults, []);
  });

  test('a zone without nodes is warned about, since they may come later', () => {
    const { windows, faults } = check([{ ...ZONED, zone: 'c' }]);
    assert.deepEqual(faults, ['warning: maintenance[0].zone: no node is in zone c (hint: zones: a, b)']);
    assert.equal(windows?.length, 1);
  });

  test('nodes are not missed where one could not be read', () => {
    const { faults } = check([{ ...BASE, nodes: ['sfu-9'] }], [{ ...node(1, 'a'), id: 'a/b' }]);
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /nodes\[0\]\.id/);
  });
});
