/**
 * `render(target, topology)`: what `roomlb render` prints, for a topology that is given as text. A plan then shows
 * the lines of a configuration that would change, before any dispatcher knows of them; and balancers of a pair, whose
 * files differ, are rendered each by a topology of their own.
 */
import { TARGETS } from '../../targets/registry.ts';
import { nearest } from '../../topology/nearest.ts';
import { ArgumentError, type ProviderFunction } from '../plugin/provider.ts';
import type { Type } from '../plugin/types.ts';
import { snapshotOf } from './snapshot.ts';

const FINDING: Type = [
  'object',
  { level: 'string', about: ['list', 'string'], message: 'string', hint: 'string' },
];
const RENDERED: Type = [
  'object',
  { revision: 'string', text: 'string', files: ['map', 'string'], findings: ['list', FINDING] },
];

export const render: ProviderFunction = {
  name: 'render',
  summary: 'The configuration of an engine or device, from a topology',
  description:
    'What `roomlb render` prints, for a topology that is given as text, without a dispatcher: `text` is the main file ' +
    '(null where the target carries nothing of it), `files` has all by path, `findings` says what the target cannot carry ' +
    'or what has to be known. The topology of a running dispatcher is rendered by the data source `roomlb_lb_config`.',
  parameters: [
    {
      name: 'target',
      description: 'Name of a target, such as `haproxy`, `keepalived`; `roomlb targets` lists them.',
      type: 'string',
    },
    {
      name: 'topology',
      description: 'A topology, as YAML or JSON: `file("topology.yaml")`, or `jsonencode({…})`.',
      type: 'string',
    },
  ],
  returns: RENDERED,
  call: ([name, topology]) => {
    const target = TARGETS.find((one) => one.name === name);
    if (!target) throw new ArgumentError(0, unknownTarget(name as string));
    const { intent } = snapshotOf(topology as string, 1);
    const { files, findings } = target.render(intent);
    return {
      revision: intent.revision,
      text: files[0]?.content ?? null,
      files: Object.fromEntries(files.map(({ path, content }) => [path, content])),
      findings: findings.map(({ level, about, message, hint }) => ({
        level,
        about: [...about],
        message,
        hint,
      })),
    };
  },
};

function unknownTarget(name: string): string {
  const names = TARGETS.map((target) => target.name);
  const meant = nearest(name, names);
  const hint = meant === undefined ? `write one of ${names.join(', ')}` : `did you mean ${meant}?`;
  return `there is no target ${JSON.stringify(name)}; ${hint}`;
}
