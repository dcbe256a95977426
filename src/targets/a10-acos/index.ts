/**
 * A10 Thunder (ACOS 4 and 5): `slb …` of its running configuration. Written from the "Command Line Interface
 * Reference for ADC" and the vendor's description of the same objects in aXAPI, whose names the comments of
 * this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { renderConfiguration } from '../dialect/configuration.ts';
import { indentedChanges } from '../dialect/delta/indented.ts';
import { separated } from '../dialect/text.ts';
import type { Rendering, Target } from '../target.ts';
import { treeRules } from './changes.ts';
import { configure } from './configure.ts';
import { acosDriver } from './driver/driver.ts';
import { guide } from './guide.ts';
import { readBack } from './read-back.ts';

/** As `show running-config` indents. */
const INDENT = '  ';

export const a10Acos: Target = {
  name: 'a10-acos',
  kind: 'device',
  title: 'A10 Thunder (ACOS)',
  capabilities: {
    udp: 'one virtual port each',
    tcp: 'yes',
    forwarding: ['nat', 'dsr', 'tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP; UDP only as not refused',
    drain: 'disable of a member: keep-flows; flush by template port',
    versions: 'ACOS 4.1 to 5.2',
  },
  guide,
  render,
  readBack,
  changes: indentedChanges({
    comment: '!',
    indent: INDENT,
    blocksOf: (intent) => configure(intent).blocks,
    rules: treeRules,
  }),
  driver: acosDriver,
};

const FILE = 'acos.cfg';

const PURPOSE = [
  `Paste it in configuration mode, or: copy scp://USER@HOST/${FILE} running-config`,
  "Objects whose names begin with roomlb are roomlb's; it touches no others.",
];

function render(intent: Intent): Rendering {
  return renderConfiguration(intent, configure(intent), {
    target: 'a10-acos',
    path: FILE,
    purpose: PURPOSE,
    comment: '!',
    lines: (blocks) => [...separated(blocks, INDENT, '!'), '!'],
  });
}
