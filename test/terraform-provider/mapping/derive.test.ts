import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { deriveMapping } from '../../../src/terraform-provider/mapping/derive.ts';
import { snakeCase } from '../../../src/terraform-provider/names.ts';
import type { Attributes } from '../../../src/terraform-provider/plugin/schema.ts';
import { planState } from '../../../src/terraform-provider/plugin/plan.ts';
import { complete } from '../../../src/terraform-provider/plugin/tree.ts';
import { isKnown, UNKNOWN, type ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { HEALTH_POLICY } from '../../../src/terraform-provider/resources/health-policy.ts';
import { MAINTENANCE_WINDOW } from '../../../src/terraform-provider/resources/maintenance-window.ts';
import { NODE } from '../../../src/terraform-provider/resources/node.ts';
import {
  differences,
  documentOf,
  planPart,
  validatePart,
  type Part,
} from '../../../src/terraform-provider/resources/part.ts';
import { PLACEMENT_POLICY } from '../../../src/terraform-provider/resources/placement-policy.ts';
import { ROOM } from '../../../src/terraform-provider/resources/room.ts';
import { VIP } from '../../../src/terraform-provider/resources/vip.ts';
import { checkAlone } from '../../../src/topology/alone.ts';
import { toDocument } from '../../../src/topology/format.ts';
import { toHealthDocument } from '../../../src/topology/health/format.ts';
import { HealthSchema } from '../../../src/topology/health/schema.ts';
import { toWindowDocument } from '../../../src/topology/maintenance/format.ts';
import { WindowSchema } from '../../../src/topology/maintenance/schema.ts';
import { PinSchema } from '../../../src/topology/pins/schema.ts';
import { NodeSchema, PlacementSchema, VipSchema } from '../../../src/topology/schema.ts';
import { topologies } from '../../topology/arbitrary.ts';
import { healthConfigs, maintenanceOf } from '../../topology/sections.ts';

/** A part, its schema, and the least that makes one. */
const PARTS: readonly (readonly [Part, object, ObjectValue])[] = [
  [NODE, NodeSchema, { id: 'n', kind: 'janus', vip: 'v', addresses: ['192.0.2.1'] }],
  [
    VIP,
    VipSchema,
    {
      id: 'v',
      addresses: ['192.0.2.1'],
      signalling: { port: 8443 },
      media: { ports: '4000' },
      vrrp: { interface: 'eth0', router_id: 1 },
      route: {},
    },
  ],
  [MAINTENANCE_WINDOW, WindowSchema, { id: 'w', cron: '0 3 * * *', duration: '2h', zone: 'a' }],
  [PLACEMENT_POLICY, PlacementSchema, {}],
  [
    HEALTH_POLICY,
    HealthSchema,
    {
      checks: ['stun', 'vip-stun', 'heartbeat', 'janus', 'http', 'tcp'].map((type) => ({ type })),
      deep_check: { cron: '0 4 * * *' },
    },
  ],
  [ROOM, PinSchema, { room: 'r', node: 'n' }],
];

const documents = fc
  .tuple(topologies(), healthConfigs, maintenanceOf(['n1', 'n2']))
  .map(([topology, health, windows]): (readonly [Part, object])[] => {
    const { nodes, vips, placement = {} } = toDocument(topology);
    return [
      ...nodes.map((one) => [NODE, one] as const),
      ...vips.map((one) => [VIP, one] as const),
      ...windows.map((one) => [MAINTENANCE_WINDOW, toWindowDocument(one)] as const),
      [PLACEMENT_POLICY, placement],
      [HEALTH_POLICY, toHealthDocument(health)],
    ];
  });

describe('what a topology says, in Terraform', () => {
  test('becomes values, and the same document again', () => {
    fc.assert(
      fc.property(documents, (all) => {
        for (const [part, document] of all) {
          const values = part.mapping.toValues(document);
          assert.deepEqual(
            validatePart(part, values).filter(({ severity }) => severity === 'error'),
            [],
          );
          const again = documentOf(part, values);
          // Of sets the order is lost, and that of windows' nodes and checks' options is kept by the topology.
          assert.deepEqual(part.mapping.toValues(again), values);
          assert.deepEqual(differences(part, document as Record<string, unknown>, values), []);
          assert.deepEqual(Object.keys(again), Object.keys(document));
        }
      }),
    );
  });

  for (const [part, schema, least] of PARTS) {
    test(`has every member of a ${part.word} as an attribute, described, and by no other default`, () => {
      expectAttributes(schema, part.mapping.attributes, part.word);
      const { attributes } = part.mapping;
      const config = complete(attributes, least);
      const planned = planPart(
        part,
        config,
        planState({ version: 0, description: '', attributes }, null, config),
      );
      assert.ok(isKnown(planned), JSON.stringify(planned));
      // What the plan has is what a dispatcher makes of the document.
      const { canonical } = checkAlone(part.name, part.mapping.toDocument(config).document);
      assert.deepEqual(differences(part, canonical as Record<string, unknown>, planned), []);
      const { document } = part.mapping.toDocument(planned);
      assert.deepEqual(checkAlone(part.name, document), { problems: [], canonical });
    });
  }

  test('is not told as known where it is not', () => {
    const { attributes } = HEALTH_POLICY.mapping;
    const config = complete(attributes, { interval: UNKNOWN, checks: [{ type: 'tcp', port: UNKNOWN }] });
    const planned = planPart(
      HEALTH_POLICY,
      config,
      planState({ version: 0, description: '', attributes }, null, config),
    );
    assert.equal(planned.timeout, UNKNOWN);
    assert.equal(planned.fall, 3);
    assert.deepEqual(validatePart(HEALTH_POLICY, config), []);
  });
});

interface View {
  readonly properties?: Readonly<Record<string, View>>;
  readonly items?: View;
  readonly anyOf?: readonly View[];
  readonly description?: string;
}

function expectAttributes({ properties = {} }: View, attributes: Attributes, path: string): void {
  for (const [key, schema] of Object.entries(properties)) {
    const at = `${path}.${key}`;
    const attribute = attributes[snakeCase(key)];
    assert.ok(attribute, at);
    assert.ok(attribute.description.length > 5, at);
    assert.doesNotMatch(attribute.description, /\b[a-z]+[A-Z][a-z]/, at);
    const inner = [schema, schema.items ?? {}].flatMap((one) => [one, ...(one.anyOf ?? [])]);
    const object = inner.find((one) => one.properties);
    if (object) expectAttributes(object, attribute.nested?.attributes ?? {}, at);
  }
}

describe('forms of values', () => {
  const mapping = deriveMapping(HealthSchema, { damping: { derived: true } });
  const encode = (values: ObjectValue) => mapping.toDocument(values).document;

  test('off is a word, or an object that is not enabled', () => {
    assert.deepEqual(encode({ panic_threshold: '0.50', slow_start: 'off', damping: { enabled: false } }), {
      panicThreshold: 0.5,
      slowStart: 'off',
      damping: 'off',
    });
    const {
      panic_threshold: panic,
      damping,
      deep_check: deep,
    } = mapping.toValues({
      panicThreshold: false,
      damping: false,
      deepCheck: 'off',
    });
    assert.equal(panic, 'off');
    assert.equal(deep, null);
    assert.equal((damping as ObjectValue).enabled, false);
  });

  test('what is no number goes on as it is, for the topology to refuse', () => {
    assert.deepEqual(encode({ panic_threshold: 'much' }), { panicThreshold: 'much' });
  });

  test('the order of a set tells nothing', () => {
    const window = { id: 'w', cron: '0 3 * * *', duration: '2h', timeZone: 'UTC', nodes: ['n2', 'n1'] };
    const values = { ...window, time_zone: 'UTC', nodes: ['n1', 'n2'] };
    assert.deepEqual(differences(MAINTENANCE_WINDOW, window, values), []);
    assert.deepEqual(differences(MAINTENANCE_WINDOW, window, { ...values, nodes: ['n1'] }), ['nodes']);
  });

  const same: readonly [Part, string, string | string[], string | string[], boolean][] = [
    [VIP, 'addresses', ['2001:DB8::0:1'], ['2001:db8::1'], true],
    [VIP, 'addresses', ['192.0.2.1', '192.0.2.2'], ['192.0.2.2', '192.0.2.1'], false],
    [NODE, 'media_ports', '40000-40000', '40000', true],
    [NODE, 'media_ports', '40000-40001', '40000', false],
    [MAINTENANCE_WINDOW, 'duration', '120m', '2h', true],
    [MAINTENANCE_WINDOW, 'duration', '120m', '120h', false],
    [MAINTENANCE_WINDOW, 'cron', '0 3 * * SUN', '0  3 * * 7', true],
    [MAINTENANCE_WINDOW, 'cron', '0,30 3 1-31 jan-dec *', '*/30 3 * * 0-6', true],
    [MAINTENANCE_WINDOW, 'cron', '@daily', '0 0 * * *', true],
    [MAINTENANCE_WINDOW, 'cron', '0 3 * * sun', '0 3 * * mon', false],
    [MAINTENANCE_WINDOW, 'cron', '0 3 L * *', '0 3 * * *', false],
    [MAINTENANCE_WINDOW, 'cron', 'never', 'NEVER', false],
    [PLACEMENT_POLICY, 'load_bound', '1.50', '1.5', true],
    [PLACEMENT_POLICY, 'load_bound', '1.5', 'off', false],
    [HEALTH_POLICY, 'slow_start', '60s', '1m', true],
    [HEALTH_POLICY, 'slow_start', '60s', 'off', false],
  ];
  for (const [part, name, one, other, expected] of same) {
    test(`${name}: ${String(one)} and ${String(other)} are ${expected ? 'the same' : 'not the same'}`, () => {
      assert.equal(part.mapping.attributes[name]?.same?.(one, other), expected);
    });
  }
});
