/** What a topology cannot say of a running configuration is told beside the topology. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importedFrom } from '../../src/import/document.ts';
import { readBack } from '../../src/targets/ipvs/read-back.ts';

test('two idle times for the media of one VIP: the first is taken, and both are told', () => {
  const { document, notes } = importedFrom(
    readBack(
      [
        '--set 3600 0 30',
        ...['-u', '-t'].flatMap((protocol) => [
          `-A ${protocol} 203.0.113.1:40000 -s wrr`,
          `-a ${protocol} 203.0.113.1:40000 -r 10.0.0.1:40000 -m -w 1`,
        ]),
      ].join('\n'),
    ),
    'c',
  );
  assert.equal(document.vips[0]?.media?.idleTimeout, '30s');
  assert.ok(
    notes.includes(
      'media of VIP vip-203-0-113-1 is idle for 30 and 3600 s at different ports; the first counts',
    ),
    notes.join('\n'),
  );
});
