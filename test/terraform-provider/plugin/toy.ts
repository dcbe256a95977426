/** A provider of things in a Map, with everything in its schema that the layer below has to carry. */
import { setImmediate as tick } from 'node:timers/promises';
import { failure } from '../../../src/terraform-provider/plugin/diagnostics.ts';
import {
  ArgumentError,
  PartialError,
  type Provider,
  type Resource,
} from '../../../src/terraform-provider/plugin/provider.ts';
import { isKnown, type ObjectValue, type Value } from '../../../src/terraform-provider/plugin/values.ts';

/** What the toy's other side holds, by name. */
export type Things = Map<string, ObjectValue>;

export interface ToyClient {
  readonly things: Things;
  /** Secret of the provider's own configuration. */
  readonly token: Value;
}

export interface Toy {
  readonly provider: Provider<ToyClient>;
  readonly things: Things;
  /** Names of calls, with names of things: `create a`. */
  readonly calls: string[];
}

export function toy(
  version = 1,
  changes: Partial<Resource<ToyClient>> = {},
  things: Things = new Map(),
): Toy {
  const calls: string[] = [];
  let serial = 0;
  const stored = (planned: ObjectValue, before?: ObjectValue): ObjectValue => ({
    ...planned,
    // The other side writes lengths of time its own way.
    timeout: seconds(planned.timeout) === null ? null : minutes(seconds(planned.timeout) ?? 0),
    serial: before?.serial ?? (serial += 1),
    revision: ((before?.revision as number | undefined) ?? 0) + 1,
    ports: array(planned.ports).map((port, index) => ({
      ...(port as ObjectValue),
      handle: `h${index}`,
    })),
  });
  const thing: Resource<ToyClient> = {
    name: 'thing',
    schema: {
      version,
      description: 'A thing.',
      attributes: {
        name: { type: 'string', presence: 'required', description: 'Its name.', replaces: true },
        size: {
          type: 'number',
          presence: 'optional-computed',
          default: 3,
          description: 'How large.',
          check: (size) => (Number(size) > 100 ? 'must be at most 100, for example 3' : undefined),
        },
        timeout: {
          type: 'string',
          presence: 'optional',
          description: 'How long.',
          same: (one, other) => seconds(one) === seconds(other),
        },
        share: { type: 'number', presence: 'optional', description: 'A decimal.' },
        secret: { type: 'string', presence: 'optional', description: 'Not to be seen.', sensitive: true },
        old: {
          type: 'string',
          presence: 'optional',
          description: 'Not used.',
          deprecated: 'Use name instead.',
        },
        labels: { type: ['map', 'string'], presence: 'optional', description: 'Words.' },
        zones: { type: ['set', 'string'], presence: 'optional', description: 'Where.' },
        anything: { type: 'dynamic', presence: 'optional', description: 'Of any type.' },
        ports: {
          nested: {
            nesting: 'list',
            attributes: {
              number: {
                type: 'number',
                presence: 'required',
                description: 'Its number.',
                check: (port) => (Number(port) > 65535 ? 'must be at most 65535' : undefined),
              },
              protocol: {
                type: 'string',
                presence: 'optional-computed',
                default: 'udp',
                description: 'Its protocol.',
              },
              handle: { type: 'string', presence: 'computed', description: 'Its handle.' },
            },
          },
          presence: 'optional-computed',
          default: [],
          description: 'Ports.',
        },
        serial: { type: 'number', presence: 'computed', stable: true, description: 'Counts what was made.' },
        revision: { type: 'number', presence: 'computed', description: 'Counts changes.' },
      },
    },
    validate: (config) =>
      config.name === 'forbidden'
        ? [{ severity: 'error', summary: 'Forbidden name', detail: 'Take another.', path: ['name'] }]
        : [],
    create: async (planned, client) => {
      await tick();
      const name = planned.name as string;
      calls.push(`create ${name}`);
      if (name === 'bug') throw new TypeError(`no thing can be ${planned.secret as string}`);
      const whole = stored(planned);
      if (name === 'partial') {
        client.things.set(name, whole);
        throw new PartialError(whole, failure('Half of it is missing', 'The other half failed.'));
      }
      client.things.set(name, whole);
      return name === 'wrong' ? { ...whole, size: 99 } : whole;
    },
    read: async (state, client) => {
      await tick();
      return client.things.get(state.name as string) ?? null;
    },
    update: async (prior, planned, client) => {
      await tick();
      calls.push(`update ${planned.name as string}`);
      const whole = stored(planned, prior);
      client.things.set(planned.name as string, whole);
      return whole;
    },
    delete: async (prior, client) => {
      await tick();
      calls.push(`delete ${prior.name as string}`);
      client.things.delete(prior.name as string);
    },
    import: (id) => Promise.resolve({ name: id }),
    ...changes,
  };
  return {
    things,
    calls,
    provider: {
      name: 'toy',
      version: '1.0.0',
      schema: {
        version: 0,
        description: 'Toys.',
        attributes: {
          token: { type: 'string', presence: 'optional', description: 'A secret.', sensitive: true },
        },
      },
      configure: (config) =>
        Promise.resolve(isKnown(config) ? { things, token: config.token ?? null } : null),
      resources: [thing],
      dataSources: [
        {
          name: 'count',
          schema: {
            version: 0,
            description: 'How many things.',
            attributes: {
              prefix: {
                type: 'string',
                presence: 'optional-computed',
                default: 'a',
                description: 'Of the names.',
              },
              total: { type: 'number', presence: 'computed', description: 'How many.' },
            },
          },
          read: (config, client) =>
            Promise.resolve({
              ...config,
              total: [...client.things.keys()].filter((name) => name.startsWith(config.prefix as string))
                .length,
            }),
        },
      ],
      functions: [
        {
          name: 'repeat',
          summary: 'Repeats a text.',
          description: 'Repeats a text.',
          parameters: [
            { name: 'text', description: 'What.', type: 'string' },
            { name: 'times', description: 'How often.', type: 'number' },
          ],
          returns: ['list', 'string'],
          call: ([text = null, times]) => {
            if (Number(times) < 0) throw new ArgumentError(1, 'must be 0 or more');
            return Array.from({ length: Number(times) }, () => text);
          },
        },
      ],
    },
  };
}

function array(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

/** `90s` or `2m`. */
function seconds(text: Value | undefined): number | null {
  if (typeof text !== 'string') return null;
  return Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1);
}

function minutes(all: number): string {
  return all % 60 === 0 ? `${all / 60}m` : `${all}s`;
}
