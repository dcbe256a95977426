/** The topology that the AWS module gives out, of a test with mocked resources. */
import assert from 'node:assert/strict';

export interface TopologyOutput {
  readonly vips: Readonly<Record<string, object>>;
  readonly nodes: Readonly<Record<string, object>>;
}

interface StateEvent {
  readonly type: string;
  readonly '@testrun'?: string;
  readonly test_state?: { readonly outputs?: { readonly topology?: { readonly value: TopologyOutput } } };
}

/**
 * @param events of `terraform test -json -verbose`
 * @param run that applies
 * @returns with addresses for what mocks make up, which are words
 */
export function topologyOutput(events: string, run: string): TopologyOutput {
  const state = events
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StateEvent)
    .find((event) => event.type === 'test_state' && event['@testrun'] === run)?.test_state;
  const output = state?.outputs?.topology?.value ?? assert.fail(`no state of ${run}`);
  const addresses = new Map<string, string>();
  const addressOf = (word: string) => {
    if (!addresses.has(word)) addresses.set(word, `192.0.2.${addresses.size + 1}`);
    return addresses.get(word);
  };
  const text = JSON.stringify(output, (key, value: unknown) =>
    key === 'addresses' && Array.isArray(value) ? value.map((word) => addressOf(String(word))) : value,
  );
  return JSON.parse(text) as TopologyOutput;
}

/** As a topology file has it: names in camelCase, ids inside, and nothing that is null. */
export function documentOf({ vips, nodes }: TopologyOutput): object {
  const camel = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== null)
        .map(([key, one]) => [
          key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
          camel(one),
        ]),
    );
  };
  const list = (of: Readonly<Record<string, object>>) =>
    Object.entries(of).map(([id, one]) => ({ id, ...(camel(one) as object) }));
  return { cluster: 'edge-1', vips: list(vips), nodes: list(nodes) };
}
