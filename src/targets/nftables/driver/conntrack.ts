/** Flows that conntrack knows, cut by deleting their entries (conntrack(8), 1.4.7). */
import { DriverError } from '../../driver.ts';
import { runCommand, whatWasSaid, type CommandResult } from '../../driving/command.ts';
import type { FlowsToCut } from './state.ts';

/** A line for every flow that matches: far more than a node has. */
const MAX_LISTING = 256 * 1024 * 1024;

/**
 * Deletes the entries of these flows, and no others. conntrack takes one port at a time and walks through all
 * entries for it, so it is first asked which of the ports there are flows of.
 *
 * @throws DriverError
 */
export async function cutFlows(
  { protocol, vip, node, ports }: FlowsToCut,
  { program, namespace }: { readonly program: string; readonly namespace: string | null },
): Promise<void> {
  const family = vip.includes(':') ? 'ipv6' : 'ipv4';
  const filter = ['-f', family, '-p', protocol, '--orig-dst', vip, '--reply-src', node];
  const listed = await runCommand(program, ['-L', ...filter], { namespace, maxOutput: MAX_LISTING });
  must(listed, 'list');
  const wanted = new Set(ports);
  // The first dport of a line is that of the original direction.
  const there = listed.stdout.split('\n').map((line) => Number(/ dport=(\d+)/.exec(line)?.[1]));
  const found = [...new Set(there)].filter((port) => wanted.has(port)).sort((a, b) => a - b);
  for (const port of found) {
    const deleted = await runCommand(program, ['-D', ...filter, '--orig-port-dst', `${port}`], { namespace });
    // It says no where there was nothing left to delete: flows end by themselves, too.
    if (!/\b0 flow entries have been deleted/.test(deleted.stderr)) must(deleted, 'delete');
  }
}

function must(result: CommandResult, verb: string): void {
  if (result.code === 0) return;
  throw new DriverError('failed', `conntrack cannot ${verb} entries: ${whatWasSaid(result)}`);
}
