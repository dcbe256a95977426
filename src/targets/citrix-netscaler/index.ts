/**
 * Citrix NetScaler (ADC): commands as ns.conf holds them and `batch` runs them. Written from the "NetScaler
 * Command Reference", whose commands the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { deviceHeader } from '../dialect/header.ts';
import type { Rendering, Target } from '../target.ts';
import { batches } from './changes.ts';
import { configure } from './configure.ts';
import { nitroDriver } from './driver/driver.ts';
import { guide } from './guide.ts';
import { readBack } from './read-back.ts';

export const citrixNetscaler: Target = {
  name: 'citrix-netscaler',
  kind: 'device',
  title: 'Citrix NetScaler (ADC), as commands for batch',
  capabilities: {
    udp: 'one vserver a port',
    tcp: 'proxy at layer 4; as it is in dsr, tunnel',
    forwarding: ['nat', 'dsr', 'tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP, STUN',
    drain: 'disable -graceFul: keep-flows; flush cuts',
    versions: 'NetScaler 11.1 to 14.1',
  },
  guide,
  render,
  readBack,
  changes: batches((intent) => configure(intent).commands),
  driver: nitroDriver,
};

const FILE = 'netscaler.conf';

const PURPOSE = [
  `Copy it to /var/tmp, then: batch -fileName /var/tmp/${FILE} -outfile /var/tmp/netscaler.out`,
  "Objects whose names begin with roomlb are roomlb's; it touches no others.",
];

function render(intent: Intent): Rendering {
  const { kept, findings, commands, rules } = configure(intent);
  if (kept.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const lines = [...deviceHeader('citrix-netscaler', intent, PURPOSE, findings, '#'), ...commands, ''];
  return { files: [{ path: FILE, content: lines.join('\n') }], rules, findings };
}
