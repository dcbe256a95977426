/** Calls of loxicmd: cmd/create/create_loadbalancer.go, create_endpoint.go and cmd/delete of loxilb-io/loxicmd. */
import type { LbRule, Probe } from './table.ts';

/** Makes a rule, or gives one that is there these endpoints in the place of its own. */
export function createLb({
  address,
  protocol,
  port,
  targetPort,
  endpoints,
  select,
  mode,
  idle,
}: LbRule): string {
  return [
    `loxicmd create lb ${address}`,
    `--${protocol}=${port}:${targetPort}`,
    `--endpoints=${endpoints.map((one) => `${one.address}:${one.weight}`).join(',')}`,
    `--select=${select}`,
    ...(mode === null ? [] : [`--mode=${mode}`]),
    `--inatimeout=${idle}`,
  ].join(' ');
}

export const deleteLb = ({ address, protocol, port }: LbRule): string =>
  `loxicmd delete lb ${address} --${protocol}=${port}`;

/** Makes a probe, or changes the one of that name. Probes go with the last rule that has their endpoint. */
export const createEndpoint = ({ address, name, how }: Probe): string =>
  `loxicmd create endpoint ${address} --name=${name} --probetype=${how}`;
