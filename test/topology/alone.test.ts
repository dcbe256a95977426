import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkAlone } from '../../src/topology/alone.ts';
import { toDocument } from '../../src/topology/format.ts';
import { formatPath } from '../../src/topology/problems.ts';
import { topologies } from './arbitrary.ts';
import { healthConfigs, maintenanceOf } from './sections.ts';
import { toHealthDocument } from '../../src/topology/health/format.ts';
import { toWindowDocument } from '../../src/topology/maintenance/format.ts';

describe('one part alone', () => {
  test('is without fault where the whole is, and reads back as it was written', () => {
    fc.assert(
      fc.property(topologies(), healthConfigs, maintenanceOf(['n1', 'n2']), (topology, health, windows) => {
        const { nodes, vips, placement = {} } = toDocument(topology);
        const parts = [
          ...nodes.map((one) => ['nodes', one] as const),
          ...vips.map((one) => ['vips', one] as const),
          ...windows.map((one) => ['maintenance', toWindowDocument(one)] as const),
          ['placement', placement] as const,
          ['health', toHealthDocument(health)] as const,
        ];
        for (const [part, document] of parts) {
          const { problems, canonical } = checkAlone(part, document);
          assert.deepEqual(
            problems.filter(({ severity }) => severity === 'error'),
            [],
          );
          assert.deepEqual(canonical, document);
        }
      }),
    );
  });

  test('is told with paths that begin in it', () => {
    const node = {
      id: 'sfu-1',
      kind: 'janus',
      vip: 'public',
      addresses: ['10.0.0.1', '224.0.0.1'],
      weight: 256,
    };
    const { problems, canonical } = checkAlone('nodes', { ...node, weight: 1 });
    assert.deepEqual(
      problems.map(({ path }) => formatPath(path)),
      ['addresses[1]', 'addresses[1]'],
    );
    assert.deepEqual(
      checkAlone('nodes', { ...node, addresses: ['10.0.0.1'] }).problems.map(({ path }) => formatPath(path)),
      ['weight'],
    );
    assert.equal(canonical, undefined);
    const health = checkAlone('health', {
      interval: '1s',
      timeout: '2s',
      checks: [{ type: 'tcp', path: '/' }],
    });
    assert.deepEqual(
      health.problems.map(({ path }) => formatPath(path)),
      ['timeout', 'checks[0].path'],
    );
  });

  test('says nothing of what is not yet known, and nothing that hangs on it', () => {
    const vip = { id: 'public', signalling: { domain: 'sfu.example.net' }, media: { ports: '440-450' } };
    assert.deepEqual(
      checkAlone('vips', vip).problems.map(({ path }) => formatPath(path)),
      ['addresses', 'signalling.port'],
    );
    const unknown = [['addresses'], ['signalling', 'port'], ['signalling', 'ports']];
    assert.deepEqual(checkAlone('vips', vip, unknown), { problems: [], canonical: undefined });
  });

  test('says nothing of other parts that are not there', () => {
    const node = { id: 'sfu-1', kind: 'mediasoup', vip: 'nowhere', addresses: ['10.0.0.1'] };
    assert.deepEqual(checkAlone('nodes', node).problems, []);
    const window = { id: 'w', cron: '0 3 * * *', duration: '1h', nodes: ['nobody'] };
    assert.deepEqual(checkAlone('maintenance', window).problems, []);
    const vip = { id: 'v', addresses: ['192.0.2.1'], signalling: { port: 8443 }, route: {} };
    assert.deepEqual(checkAlone('vips', vip).problems, []);
  });
});
