/** `media_ports("40000-40003")`: each port of a range, for security groups, listeners and target groups. */
import { listPorts } from '../../topology/ports.ts';
import { Problems } from '../../topology/problems.ts';
import { readPorts } from '../../topology/values.ts';
import { ArgumentError, type ProviderFunction } from '../plugin/provider.ts';
import { Dynamic, isObject, type Value } from '../plugin/values.ts';

export const mediaPorts: ProviderFunction = {
  name: 'media_ports',
  summary: 'The media ports of a node, one by one',
  description:
    'Every media worker has a port of its own, the same on the VIP and on the node. This lists them, for whatever ' +
    'wants a listener, a target group or a rule for each. A node without media ports has none.',
  parameters: [
    {
      name: 'node',
      description:
        'A `roomlb_node`, one of the nodes that `roomlb_nodes` lists, any object with `media_ports` (or `mediaPorts`), ' +
        'or just the range, such as `40000-40003`.',
      type: 'dynamic',
    },
  ],
  returns: ['list', 'number'],
  call: ([node = null]) => portsOf(rangeOf(node instanceof Dynamic ? node.value : node)),
};

function rangeOf(node: Value): string | number | null {
  if (typeof node === 'string' || typeof node === 'number') return node;
  if (isObject(node)) {
    for (const [name, value] of Object.entries(node)) {
      if (name !== 'media_ports' && name !== 'mediaPorts') continue;
      if (value === null || typeof value === 'string' || typeof value === 'number') return value;
    }
  }
  throw new ArgumentError(0, 'write a node, an object with media_ports, or a range such as "40000-40003"');
}

function portsOf(range: string | number | null): readonly number[] {
  if (range === null) return [];
  if (!/^[0-9]{1,5}(-[0-9]{1,5})?$/.test(String(range))) {
    throw new ArgumentError(
      0,
      `${JSON.stringify(range)} is no range of ports; write one such as "40000-40003"`,
    );
  }
  const problems = new Problems();
  const ports = readPorts(range, [], problems);
  if (ports && ports.first > 0) return listPorts(ports);
  const [fault] = problems.list;
  throw new ArgumentError(0, fault ? `${fault.message}; ${fault.hint}` : 'ports begin at 1');
}
