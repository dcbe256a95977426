import type { Command } from 'commander';
import { formatFaults, isError } from '../../topology/faults.ts';
import { loadTopology } from '../../topology/load.ts';
import { accessOf, tokenFileOption, type AccessOptions } from '../access.ts';
import { stateFolderOption } from '../balancers.ts';
import type { Cli } from '../cli.ts';
import { baseOf } from '../dispatcher-client.ts';
import { failed, ok } from '../doctor/check.ts';
import { CHECKS } from '../doctor/registry.ts';
import { countsOf, reportText } from '../doctor/report.ts';
import { examine, type Examined } from '../doctor/run.ts';
import { siteOf } from '../doctor/site.ts';
import { EXIT } from '../exit.ts';
import { dispatcherOption, jsonOption, topologyOption } from '../options.ts';
import { printJson } from '../output.ts';
import { addStoreOptions, type StoreOptions } from '../store-options.ts';

interface DoctorOptions extends StoreOptions, AccessOptions {
  readonly topology: string;
  readonly dispatcher: string;
  readonly stateDir: string;
  readonly json?: true;
}

export function addDoctor(program: Command, { io, exit }: Cli): void {
  const command = program
    .command('doctor')
    .description('look for what is wrong with this installation, and say how to mend it; changes nothing')
    .addOption(topologyOption())
    .addOption(dispatcherOption())
    .addOption(tokenFileOption());
  addStoreOptions(command)
    .addOption(stateFolderOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Looks at the topology, the store, a dispatcher, nodes and their clocks, and for balancers of this host (those of
balancers: with its name in host:, or with none) at their programs, sockets and folders, at capabilities, kernel settings
in their network namespaces, conntrack and ports. Exit code 1: a check failed; warnings do not count.

Examples:
  $ roomlb doctor --topology /etc/roomlb/topology.yaml --store file:/var/lib/roomlb/claims
  $ roomlb doctor --json | jq -r '.checks[].findings[] | select(.level == "failed").mend'
`,
    )
    .action(async (options: DoctorOptions) => {
      const dispatcher = baseOf(options.dispatcher);
      const access = await accessOf(io, options, [dispatcher]);
      const looking = { store: options, dispatcher, access, stateFolder: options.stateDir };
      const examined = await examineTopology(options.topology, looking);
      const counts = countsOf(examined);
      if (options.json) printJson(io, { counts, checks: examined });
      else io.out(reportText(io, examined));
      if (counts.failed > 0) exit(EXIT.checkFailed);
    });
}

/** Without a topology nothing else can be told. */
async function examineTopology(file: string, looking: Parameters<typeof siteOf>[1]): Promise<Examined[]> {
  const { topology, faults } = await loadTopology(file);
  const check = 'topology';
  if (!topology) {
    const what = `it is not valid: ${formatFaults(faults.filter(isError))}`;
    return [{ check, findings: [failed(what, `mend it, then see: roomlb validate ${file}`)] }];
  }
  const { cluster, nodes, vips } = topology;
  const valid = ok(`${file}: cluster ${cluster}, ${vips.length} VIPs, ${nodes.length} nodes`);
  const site = siteOf(topology, looking);
  return [{ check, findings: [valid] }, ...(await examine(CHECKS, site))];
}
