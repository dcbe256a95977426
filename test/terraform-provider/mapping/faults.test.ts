import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePath, toDiagnostic } from '../../../src/terraform-provider/mapping/faults.ts';
import { inTerraformWords } from '../../../src/terraform-provider/mapping/words.ts';
import { HEALTH_POLICY } from '../../../src/terraform-provider/resources/health-policy.ts';
import { MAINTENANCE_WINDOW } from '../../../src/terraform-provider/resources/maintenance-window.ts';
import { NODE } from '../../../src/terraform-provider/resources/node.ts';
import { VIP } from '../../../src/terraform-provider/resources/vip.ts';
import { formatPath } from '../../../src/topology/problems.ts';

test('a path is read as the topology writes it', () => {
  const key = fc.oneof(fc.stringMatching(/^[a-zA-Z]{1,10}$/), fc.string({ maxLength: 10 }));
  fc.assert(
    fc.property(fc.array(fc.oneof(key, fc.nat(1000)), { maxLength: 5 }), (path) => {
      assert.deepEqual(parsePath(formatPath(path)), path);
    }),
  );
});

test('a fault is told at its attribute, in the spelling of Terraform', () => {
  const cases = [
    [NODE, ['mediaPorts'], ['media_ports']],
    [NODE, ['addresses', 1], ['addresses', 1]],
    [NODE, ['mediaPort'], []],
    [VIP, ['signalling', 'idleTimeout'], ['signalling', 'idle_timeout']],
    // Items of sets have no place.
    [VIP, ['vrrp', 'peers', 0], ['vrrp', 'peers']],
    [MAINTENANCE_WINDOW, ['nodes', 3], ['nodes']],
    [HEALTH_POLICY, ['checks', 2, 'adminPort'], ['checks', 2, 'admin_port']],
    [HEALTH_POLICY, ['damping', 'reuse'], ['damping', 'reuse']],
  ] as const;
  for (const [{ mapping }, path, expected] of cases) {
    const { path: at = [] } = toDiagnostic(mapping, {
      severity: 'error',
      path,
      message: 'is wrong',
      hint: '',
    });
    assert.deepEqual(at, expected);
  }
  const fault = {
    severity: 'error',
    path: ['mediaPorts'],
    message: 'lies outside media.ports',
    hint: 'see healthPort',
  } as const;
  assert.deepEqual(toDiagnostic(NODE.mapping, fault), {
    severity: 'error',
    summary: 'Invalid value for media_ports',
    detail: 'media_ports: lies outside media.ports; see health_port',
    path: ['media_ports'],
  });
});

test('descriptions keep what is no name of the topology', () => {
  assert.equal(
    inTerraformWords('WebSocket at <node>.<domain>, by healthPort or `<id>`: GET /health'),
    'WebSocket at `<node>.<domain>`, by health_port or `<id>`: GET /health',
  );
});
