/**
 * What MetalLB's custom resources may say, from its "API reference" (metallb.io/apis): known fields, typed values,
 * and references to objects of the same file. Knows nothing of the renderer.
 */
import { isIP } from 'node:net';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';

const NAME = { type: 'string', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' };
const ASN = { type: 'integer', minimum: 1, maximum: 4_294_967_295 };
const SECONDS = { type: 'string', pattern: '^[1-9][0-9]*s$' };
const MILLISECONDS = { type: 'integer', minimum: 10, maximum: 60_000 };
const NAMES = { type: 'array', minItems: 1, uniqueItems: true, items: NAME };
const SELECTORS = {
  type: 'array',
  minItems: 1,
  items: exactly({ matchLabels: { type: 'object', additionalProperties: { type: 'string' } } }),
};

const SPECS: Readonly<Record<string, { version: string; spec: object }>> = {
  IPAddressPool: {
    version: 'v1beta1',
    spec: exactly(
      { addresses: { type: 'array', minItems: 1, items: { type: 'string' } } },
      {
        autoAssign: { type: 'boolean' },
      },
    ),
  },
  BFDProfile: {
    version: 'v1beta1',
    spec: exactly(
      {},
      {
        receiveInterval: MILLISECONDS,
        transmitInterval: MILLISECONDS,
        detectMultiplier: { type: 'integer', minimum: 2, maximum: 255 },
      },
    ),
  },
  BGPPeer: {
    version: 'v1beta2',
    spec: exactly(
      { myASN: ASN, peerASN: ASN, peerAddress: { type: 'string' } },
      {
        holdTime: SECONDS,
        keepaliveTime: SECONDS,
        ebgpMultiHop: { type: 'boolean' },
        bfdProfile: NAME,
      },
    ),
  },
  BGPAdvertisement: {
    version: 'v1beta1',
    spec: exactly(
      { ipAddressPools: NAMES },
      {
        aggregationLength: { type: 'integer', minimum: 1, maximum: 32 },
        aggregationLengthV6: { type: 'integer', minimum: 1, maximum: 128 },
        communities: { type: 'array', uniqueItems: true, items: { type: 'string' } },
        peers: NAMES,
        nodeSelectors: SELECTORS,
      },
    ),
  },
  L2Advertisement: {
    version: 'v1beta1',
    spec: exactly({ ipAddressPools: NAMES }, { nodeSelectors: SELECTORS }),
  },
};

const ajv = new Ajv();
const validators = new Map(
  Object.entries(SPECS).map(([kind, { version, spec }]) => [
    kind,
    ajv.compile(
      exactly({
        apiVersion: { const: `metallb.io/${version}` },
        kind: { const: kind },
        metadata: exactly({ name: NAME, namespace: { const: 'metallb-system' } }),
        spec,
      }),
    ),
  ]),
);

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What is wrong with the file, a line each. */
export function metallbFaults(text: string): string[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (!Array.isArray(documents)) return ['there is no document'];
  const faults: string[] = [];
  const resources = documents.flatMap((document): Resource[] => {
    const value: unknown = document.toJS();
    const { kind } = (value ?? {}) as { kind?: unknown };
    const validate = validators.get(String(kind));
    if (document.errors.length === 0 && validate?.(value)) return [value as Resource];
    faults.push(`${String(kind)}: ${ajv.errorsText(validate?.errors)}`);
    return [];
  });
  const names = new Set(resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  if (names.size < resources.length) faults.push('two objects have one name');
  for (const { kind, spec } of resources) {
    for (const [field, values] of Object.entries(spec)) {
      for (const value of Array.isArray(values) ? (values as unknown[]) : [values]) {
        const fault = faultOf(field, value, names);
        if (fault !== undefined) faults.push(`${kind}: ${fault}`);
      }
    }
  }
  return faults;
}

function faultOf(field: string, value: unknown, names: ReadonlySet<string>): string | undefined {
  const text = String(value);
  const target = { ipAddressPools: 'IPAddressPool', peers: 'BGPPeer', bfdProfile: 'BFDProfile' }[field];
  if (target !== undefined) return names.has(`${target} ${text}`) ? undefined : `no ${target} ${text}`;
  if (field === 'peerAddress' && isIP(text) === 0) return `${text} is no address`;
  if (field === 'communities' && !text.split(':').every((half) => Number(half) <= 65_535)) {
    return `${text} is no community`;
  }
  if (field !== 'addresses') return undefined;
  const [address = '', length] = text.split('/');
  return length === { 0: '', 4: '32', 6: '128' }[isIP(address)]
    ? undefined
    : `${text} is no address of a host`;
}

function exactly(required: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}
