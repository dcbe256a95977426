/** Monitors: "health monitor" with "method http", "tcp", "udp", and "compound" where several must pass. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import type { Block } from '../dialect/text.ts';
import { monitorName } from './names.ts';

/** @param pools the checks of each pool */
export function monitors(singles: readonly Check[], pools: readonly (readonly Check[])[]): Block[] {
  const compounds = new Map(
    pools.filter((checks) => checks.length > 1).map((checks) => [monitorName(checks), checks]),
  );
  return [
    ...singles.map((check) => monitor([check], method(check))),
    ...[...compounds.values()].map(compound),
  ];
}

function monitor(checks: readonly Check[], how: string): Block {
  return {
    head: `health monitor ${monitorName(checks)}`,
    body: [
      `retry ${CHECK_FALL}`,
      `up-retry ${CHECK_RISE}`,
      // "Timeout should be less than or equal to interval".
      `interval ${CHECK_INTERVAL} timeout ${CHECK_TIMEOUT}`,
      how,
    ],
  };
}

function method(check: Check): string {
  const { kind, port } = check;
  if (kind === 'http') return `method http port ${port} expect response-code 200 url GET ${check.path}`;
  // The UDP method has nothing to send and nothing to expect: it believes what is not refused.
  return `method ${kind === 'stun' ? 'udp' : 'tcp'} port ${port}`;
}

/** In Reverse Polish Notation: "sub hm1 sub hm2 and". */
function compound(checks: readonly Check[]): Block {
  const names = checks.map((check) => `sub ${monitorName([check])}`);
  return monitor(checks, `method compound ${names.join(' ')}${' and'.repeat(checks.length - 1)}`);
}
