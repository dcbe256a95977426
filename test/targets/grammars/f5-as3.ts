/**
 * AS3: the parts of schema 3.56 that RoomLB writes, and nothing else. Names and ranges are those of the
 * schema; what strings may say is narrower here. References have to lead somewhere.
 */
import { isIP } from 'node:net';
import { Ajv } from 'ajv';
import Type, { type TSchema } from 'typebox';
import type { FileGrammar } from './grammar.ts';

const strict = { additionalProperties: false };
const USE = Type.Object({ use: Type.String({ pattern: '^/[0-9A-Za-z_./-]+$', maxLength: 573 }) }, strict);
const REMARK = Type.String({ pattern: '^[0-9A-Za-z_./~-]+$', maxLength: 64 });
const LABEL = Type.String({ pattern: '^roomlb [0-9A-Za-z_.~-]+$', maxLength: 64 });
const IP = Type.String({ format: 'ip' });
const PORT = Type.Integer({ minimum: 1, maximum: 65_535 });
const MONITORS = Type.Optional(Type.Array(USE, { minItems: 1, maxItems: 63, uniqueItems: true }));
const ALL_OF_THEM = Type.Optional(Type.Integer({ minimum: 1, maximum: 63 }));

/** A name of an object within an application: a letter, then up to 189 more, the last no hyphen. */
const NAME = '^[A-Za-z]([0-9A-Za-z_.-]{0,188}[0-9A-Za-z_.])?$';
/** A name of a tenant or an application. */
const FOLDER = '^[A-Za-z][0-9A-Za-z_.-]{0,189}$';

const monitor = (type: string, send: string, receive: string) =>
  Type.Object(
    {
      class: Type.Literal('Monitor'),
      monitorType: Type.Literal(type),
      targetPort: PORT,
      interval: Type.Integer({ minimum: 1, maximum: 3600 }),
      timeout: Type.Integer({ minimum: 1, maximum: 900 }),
      send: Type.String({ pattern: send }),
      receive: Type.String({ pattern: receive }),
    },
    strict,
  );

const BYTES = String.raw`^(\\x[0-9a-f]{2})+$`;
const SHARED = Type.Union([
  monitor(
    'http',
    String.raw`^GET /[a-z]* HTTP/1\.1(\\r\\n[A-Z][a-z]+: [a-z.]+)+\\r\\n\\r\\n$`,
    String.raw`^\^HTTP/1\\\.\[01\] [1-5][0-9]{2}$`,
  ),
  monitor('tcp', '^$', '^$'),
  monitor('udp', BYTES, BYTES),
  Type.Object(
    {
      class: Type.Literal('L4_Profile'),
      idleTimeout: Type.Integer({ minimum: 1, maximum: 86_400 }),
      looseInitialization: Type.Optional(Type.Literal(true)),
      looseClose: Type.Optional(Type.Literal(true)),
    },
    strict,
  ),
  Type.Object(
    {
      class: Type.Literal('Persist'),
      persistenceMethod: Type.Literal('source-address'),
      duration: Type.Integer({ minimum: 1, maximum: 604_800 }),
    },
    strict,
  ),
]);

const MEMBER = Type.Object(
  {
    servicePort: Type.Integer({ minimum: 0, maximum: 65_535 }),
    serverAddresses: Type.Array(IP, { minItems: 1, uniqueItems: true }),
    ratio: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    adminState: Type.Union([Type.Literal('enable'), Type.Literal('disable'), Type.Literal('offline')]),
    monitors: MONITORS,
    minimumMonitors: ALL_OF_THEM,
    shareNodes: Type.Boolean(),
    remark: REMARK,
  },
  strict,
);

const OWN = Type.Union([
  Type.Object(
    {
      class: Type.Literal('Pool'),
      loadBalancingMode: Type.Union([Type.Literal('ratio-member'), Type.Literal('round-robin')]),
      monitors: MONITORS,
      minimumMonitors: ALL_OF_THEM,
      members: Type.Array(MEMBER, { minItems: 1, uniqueItems: true }),
    },
    strict,
  ),
  Type.Object(
    {
      class: Type.Literal('Service_L4'),
      remark: REMARK,
      layer4: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
      virtualAddresses: Type.Array(IP, { minItems: 1, uniqueItems: true }),
      virtualPort: PORT,
      pool: Type.String({ pattern: NAME }),
      profileL4: USE,
      persistenceMethods: Type.Array(USE, { maxItems: 1 }),
      snat: Type.Union([Type.Literal('none'), Type.Literal('auto')]),
      translateServerAddress: Type.Boolean(),
      translateServerPort: Type.Boolean(),
    },
    strict,
  ),
]);

const folder = (template: string, members: TSchema) =>
  objectOf({ class: Type.Literal('Application'), template: Type.Literal(template) }, NAME, members);

const TENANT = objectOf(
  { class: Type.Literal('Tenant'), label: LABEL, Shared: folder('shared', SHARED) },
  FOLDER,
  folder('generic', OWN),
);

const REQUEST = Type.Object(
  {
    class: Type.Literal('AS3'),
    action: Type.Union([Type.Literal('deploy'), Type.Literal('dry-run')]),
    persist: Type.Boolean(),
    declaration: objectOf(
      {
        class: Type.Literal('ADC'),
        schemaVersion: Type.String({ pattern: '^3[.]([0-9]|[1234][0-9]|5[0-6])[.][0-9]+$' }),
        id: Type.String({ pattern: '^roomlb-[0-9A-Za-z_.-]+$', maxLength: 255 }),
        label: Type.String({ pattern: '^roomlb revision [0-9a-f]{16}$', maxLength: 64 }),
      },
      FOLDER,
      TENANT,
    ),
  },
  strict,
);

/** The properties given, all of them required, and any number of others whose names and values are as told. */
function objectOf(properties: Record<string, TSchema>, names: string, members: TSchema): TSchema {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    properties,
    required: Object.keys(properties),
    propertyNames: { pattern: names },
    additionalProperties: members,
  });
}

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('ip', (text: string) => isIP(text) > 0);
const fits = ajv.compile(REQUEST);

export const f5As3: FileGrammar = {
  comment: null,
  check(text) {
    let request: Tree;
    try {
      request = JSON.parse(text) as Tree;
    } catch (error) {
      return [String(error)];
    }
    // Also finds keys that come twice.
    if (`${JSON.stringify(request, null, 2)}\n` !== text) return ['not laid out as JSON.stringify does'];
    if (!fits(request)) return [ajv.errorsText(fits.errors)];
    return danglingReferences(request.declaration as Tree);
  },
};

interface Tree {
  readonly [name: string]: Tree | string | number | boolean | null;
}

/** What `use` and `pool` name, but nothing is. */
function danglingReferences(declaration: Tree): string[] {
  const faults: string[] = [];
  const at = (path: readonly string[]) =>
    path.reduce<unknown>((tree, name) => (tree as Tree | undefined)?.[name], declaration);
  const visit = (tree: unknown, path: readonly string[]): void => {
    if (typeof tree !== 'object' || tree === null) return;
    for (const [name, value] of Object.entries(tree)) {
      if (name === 'use' && at(String(value).slice(1).split('/')) === undefined) {
        faults.push(`${path.join('/')}: there is no ${String(value)}`);
      }
      if (name === 'pool' && at([...path.slice(0, 2), String(value)]) === undefined) {
        faults.push(`${path.join('/')}: there is no pool ${String(value)}`);
      }
      visit(value, [...path, name]);
    }
  };
  visit(declaration, []);
  return faults;
}
