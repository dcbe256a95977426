import { NodeSchema } from '../../topology/schema.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { entityResource, type Entity } from './entity.ts';

export const NODE: Entity = {
  name: 'nodes',
  type: 'node',
  word: 'node',
  description: 'A media node: a real server behind a VIP.',
  mapping: deriveMapping(NodeSchema, {
    id: { traits: { replaces: true, example: '"sfu-11"' } },
    kind: { traits: { example: '"mediasoup"' } },
    mediaPorts: { traits: { example: '"40000-40003"' } },
  }),
};

export const node = entityResource(NODE);
