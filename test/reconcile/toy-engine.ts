/**
 * A toy for tests of the loop: an engine that is a map of members to weights, whose driver keeps the contract of
 * drivers. It fails where it is told to.
 */
import type { Intent } from '../../src/intent/model.ts';
import { DriverError, type ApplyRun, type Driver, type Plan } from '../../src/targets/driver.ts';

export type ToyState = Readonly<Record<string, number>>;
type Action = readonly [member: string, weight: number | null];

export class ToyEngine {
  members: Record<string, number> = {};
  reads = 0;
  steps = 0;
  owner: 'roomlb' | 'somebody' = 'roomlb';
  /** Throws what it returns before the step of that number, counted from 1 over the engine's life. */
  failAt: (step: number) => Error | undefined = () => undefined;
  /** Members that take no weight. */
  stubborn = new Set<string>();
  /** Takes what is written, but does not run. */
  stopped = false;
  /** Resolves when a step may be done. */
  gate: Promise<void> = Promise.resolve();
}

export function toyDriver(engine: ToyEngine): Driver<ToyState, Action> {
  return {
    target: 'toy',
    where: 'here',
    stateVersion: 1,
    read() {
      engine.reads++;
      return Promise.resolve({ ...engine.members });
    },
    desired: (intent) => weightsOf(intent),
    plan: (actual, desired) => ({
      ...plan(actual, desired, engine.owner),
      ...(engine.stopped && { stopped: true as const }),
    }),
    async apply({ steps }: Plan<Action>, { signal, onStep }: ApplyRun) {
      for (const [index, { action }] of steps.entries()) {
        signal.throwIfAborted();
        onStep?.(index);
        await engine.gate;
        const failure = engine.failAt(++engine.steps);
        if (failure) throw failure;
        const [member, weight] = action;
        if (weight === null) Reflect.deleteProperty(engine.members, member);
        else if (!engine.stubborn.has(member)) engine.members[member] = weight;
      }
    },
  };
}

export function failure(message = 'broken', kind: DriverError['kind'] = 'failed'): DriverError {
  return new DriverError(kind, message);
}

function weightsOf({ services }: Intent): ToyState {
  const shared = services.find(({ role }) => role === 'signalling');
  return Object.fromEntries((shared?.members ?? []).map(({ node, weight }) => [node, weight]));
}

function plan(actual: ToyState, desired: ToyState, owner: ToyEngine['owner']): Plan<Action> {
  const nodes = [...new Set([...Object.keys(actual), ...Object.keys(desired)])].sort();
  const differing = nodes.filter((node) => actual[node] !== desired[node]);
  const lines = (state: ToyState, node: string) =>
    state[node] === undefined ? [] : [`${node} ${state[node]}`];
  const members = (state: ToyState) =>
    nodes.filter((node) => node in state).map((node) => ({ node, usable: state[node] !== 0 }));
  return {
    changes: differing.map((node) => ({
      key: node,
      kind: actual[node] === undefined ? 'add' : desired[node] === undefined ? 'remove' : 'change',
      before: lines(actual, node),
      after: lines(desired, node),
      node,
      disrupts: null,
    })),
    steps: differing.map((node) => ({
      text: desired[node] === undefined ? `remove ${node}` : `set ${node} ${desired[node]}`,
      action: [node, desired[node] ?? null],
    })),
    pools:
      differing.length === 0
        ? []
        : [{ id: 'v/signalling', shared: true, before: members(actual), after: members(desired) }],
    singlePools: 0,
    foreign: owner === 'roomlb' ? [] : ['here was not written by RoomLB'],
    notes: [],
  };
}
