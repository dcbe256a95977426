/**
 * `place(room, topology)`: where a room goes by hash alone. Terraform calls functions before any provider is
 * configured and holds them to the same result for the same arguments, so that this one asks no dispatcher; the
 * data source `roomlb_placement` does.
 */
import { placeAnew } from '../../allocation/allocate.ts';
import { NO_WISHES } from '../../allocation/allocation.ts';
import { roomNameFault } from '../../room-name.ts';
import type { Snapshot } from '../../allocation/snapshot.ts';
import { ArgumentError, type ProviderFunction } from '../plugin/provider.ts';
import type { Type } from '../plugin/types.ts';
import type { Value } from '../plugin/values.ts';
import { snapshotOf } from './snapshot.ts';

const PLACE: Type = [
  'object',
  {
    node: 'string',
    zone: 'string',
    vip: 'string',
    signalling_url: 'string',
    media: ['list', ['object', { protocol: 'string', address: 'string', port: 'number' }]],
  },
];

export const place: ProviderFunction = {
  name: 'place',
  summary: 'Where a room goes by hash alone',
  description:
    'The very computation of the dispatcher, for a topology that is given as text: without claims, load and health, ' +
    'so that it needs no dispatcher and says the same on every machine. What a running dispatcher answers is in the ' +
    'data source `roomlb_placement`.',
  parameters: [
    { name: 'room', description: "A room's name, 1 to 256 bytes of UTF-8.", type: 'string' },
    {
      name: 'topology',
      description: 'A topology, as YAML or JSON: `file("topology.yaml")`, or `jsonencode({…})`.',
      type: 'string',
    },
  ],
  returns: PLACE,
  call: ([room, topology]) => placeOf(room as string, snapshotOf(topology as string, 1)),
};

function placeOf(room: string, snapshot: Snapshot): Value {
  const fault = roomNameFault(room);
  if (fault !== undefined) throw new ArgumentError(0, fault);
  const outcome = placeAnew(snapshot, room, NO_WISHES);
  if (!outcome.placed) {
    const reasons = outcome.passedOver.slice(0, 10).map(({ node, reason }) => `${node}: ${reason}`);
    throw new ArgumentError(1, `no node can take the room (${reasons.join(', ') || 'there are none'})`);
  }
  const { node, vip, signalling, media } = outcome.allocation;
  return {
    node: node.id,
    zone: node.zone,
    vip,
    signalling_url: signalling?.url ?? null,
    media: media.map(({ protocol, address, port }) => ({ protocol, address, port })),
  };
}
