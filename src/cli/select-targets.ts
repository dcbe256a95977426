/** Which targets a command speaks of: there are more than anybody has. */
import { Option } from 'commander';
import { findTarget, TARGETS, usualTargets } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import type { Topology } from '../topology/model.ts';
import { CliError, EXIT } from './exit.ts';

export const targetOption = () =>
  new Option(
    '--target <name...>',
    'speak of these targets; default: those of balancers, else engines of Linux hosts',
  );

/** @throws CliError bad input, for a name that no target has */
export function selectTargets(
  names: readonly string[] | undefined,
  topology: Pick<Topology, 'balancers'>,
): readonly Target[] {
  return names ? names.map(targetNamed) : usualTargets(topology);
}

/** @throws CliError bad input, where no target has the name */
export function targetNamed(name: string): Target {
  const target = findTarget(name);
  if (target) return target;
  const known = TARGETS.map((one) => one.name).join(', ');
  throw new CliError(EXIT.badInput, `there is no target ${JSON.stringify(name)}; there are ${known}`);
}
