/**
 * Forwarding tables of GLB, from docs/setup/forwarding-table-config.md and what cli/main.c and GLBTable.go read of
 * them. Comments are a key that both pass over.
 */
import { isIP, isIPv4 } from 'node:net';
import { Ajv } from 'ajv';
import Type from 'typebox';
import type { FileGrammar } from './grammar.ts';

const strict = { additionalProperties: false };
const PORT = Type.Integer({ minimum: 1, maximum: 65_535 });
const KEY = Type.String({ pattern: '^[0-9a-f]{32}$' });
const MILLISECONDS = Type.Integer({ minimum: 1, maximum: 60_000 });
const where = {
  ip: Type.String({ format: 'ip' }),
  proto: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
};

const BIND = Type.Union([
  Type.Object({ ...where, port: PORT }, strict),
  Type.Object({ ...where, port_start: PORT, port_end: PORT }, strict),
]);

const BACKEND = Type.Object(
  {
    ip: Type.String({ format: 'ipv4' }),
    state: Type.Union(['active', 'draining', 'filling', 'inactive'].map((state) => Type.Literal(state))),
    healthy: Type.Literal(true),
    // Without this key, glb-healthcheck falls over.
    healthchecks: Type.Object(
      {
        http: Type.Optional(PORT),
        http_uri: Type.Optional(Type.String({ pattern: '^/[A-Za-z0-9._/-]*$' })),
        tcp: Type.Optional(PORT),
        gue: Type.Optional(PORT),
      },
      strict,
    ),
  },
  strict,
);

const FILE = Type.Object(
  {
    comment: Type.Array(Type.String({ pattern: '^#( |$)' })),
    healthchecks: Type.Object(
      {
        interval_ms: MILLISECONDS,
        timeout_ms: MILLISECONDS,
        trigger: Type.Integer({ minimum: 1, maximum: 100 }),
      },
      strict,
    ),
    tables: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[A-Za-z0-9_./-]+$', maxLength: 200 }),
          hash_key: KEY,
          seed: KEY,
          binds: Type.Array(BIND, { minItems: 1, maxItems: 256, uniqueItems: true }),
          // Of a single one build-config reads what is behind the end.
          backends: Type.Array(BACKEND, { minItems: 2, maxItems: 256 }),
        },
        strict,
      ),
    ),
  },
  strict,
);

const ajv = new Ajv({ allErrors: false, strict: false });
ajv.addFormat('ip', (text: string) => isIP(text) > 0);
ajv.addFormat('ipv4', (text: string) => isIPv4(text));
const fits = ajv.compile<Type.Static<typeof FILE>>(FILE);

export const glbDirector: FileGrammar = {
  comment: '"#',
  check(text) {
    let file: unknown;
    try {
      file = JSON.parse(text);
    } catch (error) {
      return [String(error)];
    }
    if (`${JSON.stringify(file, null, 2)}\n` !== text) return ['not laid out as JSON.stringify does'];
    if (!fits(file)) return [ajv.errorsText(fits.errors)];
    const { tables } = file;
    return [
      ...repeated(
        'name',
        tables.map(({ name }) => name),
      ),
      ...repeated(
        'seed',
        tables.map(({ seed }) => seed),
      ),
      ...overlaps(tables.flatMap(({ binds }) => binds)),
      ...tables.flatMap(({ name, backends }) => {
        const usable = backends.some(({ state }) => state === 'active');
        const pair = backends.length === 2 && backends[0]!.ip === backends[1]!.ip;
        const ips = backends.map(({ ip }) => ip);
        return [
          ...(usable ? [] : [`${name} has nobody active`]),
          ...(pair ? [] : repeated(`backend of ${name}`, ips)),
        ];
      }),
    ];
  },
};

function repeated(what: string, values: readonly string[]): string[] {
  return values.filter((value, i) => values.indexOf(value) !== i).map((value) => `a second ${what} ${value}`);
}

/** Ports of one address and protocol that lead to two tables. */
function overlaps(binds: readonly Type.Static<typeof BIND>[]): string[] {
  const byPlace = new Map<string, [number, number][]>();
  for (const bind of binds) {
    const place = `${bind.ip} ${bind.proto}`;
    const range: [number, number] =
      'port' in bind ? [bind.port, bind.port] : [bind.port_start, bind.port_end];
    byPlace.set(place, [...(byPlace.get(place) ?? []), range]);
  }
  return [...byPlace].flatMap(([place, ranges]) => {
    ranges.sort((a, b) => a[0] - b[0]);
    return ranges
      .filter(([first, last], i) => last < first || (ranges[i - 1]?.[1] ?? 0) >= first)
      .map(() => `${place}: ports overlap`);
  });
}
