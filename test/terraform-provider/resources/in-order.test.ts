/** What one apply removes and makes side by side, in the order that Terraform happens to take. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from '../../../src/terraform-provider/client/dispatcher-api.ts';
import { readConfiguration } from '../../../src/terraform-provider/client/configuration.ts';
import { planState } from '../../../src/terraform-provider/plugin/plan.ts';
import { complete } from '../../../src/terraform-provider/plugin/tree.ts';
import type { ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { RESOURCES } from '../../../src/terraform-provider/resources/registry.ts';
import { startServe } from '../../cli/roomlb-process.ts';
import { CLUSTER } from '../site.ts';

const CONFIGS: Readonly<Record<string, ObjectValue>> = {
  node: {
    id: 'sfu-1',
    kind: 'mediasoup',
    vip: 'public',
    addresses: ['192.0.2.11'],
    media_ports: '40002-40003',
    drain_timeout: '1s',
  },
  vip: { id: 'edge', addresses: ['203.0.113.20'], signalling: { port: 443 } },
  maintenance_window: { id: 'updates', cron: '0 3 * * *', duration: '2h', zone: 'a' },
  room: { room: 'show', node: 'old' },
  placement_policy: { load_bound: '2' },
  health_policy: { fall: 5 },
};

test('what an apply has made or taken over is not removed by what it was before', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-in-order-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'topology.json');
  writeFileSync(file, JSON.stringify(CLUSTER));
  const { url } = await startServe(t, file);
  const warnings: string[] = [];
  const context = {
    warn: ({ summary }: { summary: string }) => void warnings.push(summary),
    stopped: new AbortController().signal,
  };
  /** As a command begins. */
  const apply = () => {
    const block = complete({ endpoint: { type: 'string', presence: 'optional', description: '' } }, {});
    return connect(readConfiguration({ ...block, endpoint: url }, {}, context));
  };
  for (const resource of RESOURCES) {
    const { name, schema } = resource;
    const config = complete(schema.attributes, CONFIGS[name] ?? {});
    const fromSchema = planState(schema, null, config);
    const plan = await resource.plan?.({ prior: null, config, planned: fromSchema, client: null, context });
    const planned = plan?.planned ?? fromSchema;
    const state = await resource.create(planned, apply(), context);

    const api = apply();
    assert.deepEqual(await resource.create(planned, api, context), state);
    warnings.length = 0;
    await resource.delete(state, api, context);
    assert.match(warnings.join(), /^The [a-zA-Z ]+ "[a-z0-9-]+" stays$/, name);
    assert.deepEqual(await resource.read(state, apply(), context), state, name);

    // In an apply of its own it goes, and what is made after that is there.
    const later = apply();
    await resource.delete(state, later, context);
    assert.deepEqual(await resource.create(planned, later, context), state, name);
    assert.equal(warnings.length, 1, name);
    await resource.delete(state, apply(), context);
  }
});
