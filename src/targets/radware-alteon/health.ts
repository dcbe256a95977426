/** Health checks: "/cfg/slb/advhc/health" of types HTTP, TCP, UDP, and LOGEXP where several must pass. */
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT, type Check } from '../dialect/checks.ts';
import type { Block, Line } from '../dialect/text.ts';
import { healthName } from './names.ts';

/** @param pools the checks of each pool */
export function healthChecks(singles: readonly Check[], pools: readonly (readonly Check[])[]): Block[] {
  const several = pools.filter((checks) => checks.length > 1);
  const expressions = new Map(several.map((checks) => [healthName(checks), expression(checks)]));
  return [...singles.map(single), ...expressions.values()];
}

function single(check: Check): Block {
  const { kind, port } = check;
  const http: Line[] =
    kind === 'http'
      ? [{ head: 'http', body: ['method GET', `path "${check.path}"`, 'response 200 none'] }]
      : [];
  return {
    head: `/c/slb/advhc/health ${healthName([check])} ${TYPE[kind]}`,
    body: [
      `dport ${port}`,
      `inter ${CHECK_INTERVAL}`,
      `retry ${CHECK_FALL}`,
      `restr ${CHECK_RISE}`,
      `timeout ${CHECK_TIMEOUT}`,
      ...http,
    ],
  };
}

/** The UDP check sends nothing that could be chosen. */
const TYPE = { http: 'HTTP', tcp: 'TCP', stun: 'UDP' } as const;

function expression(checks: readonly Check[]): Block {
  return {
    head: `/c/slb/advhc/health ${healthName(checks)} LOGEXP`,
    body: [`logexp ${checks.map((check) => `(${healthName([check])})`).join('&')}`],
  };
}
