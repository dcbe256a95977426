import { VipSchema } from '../../topology/schema.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { entityResource, type Entity } from './entity.ts';

export const VIP: Entity = {
  name: 'vips',
  key: 'id',
  type: 'vip',
  word: 'VIP',
  description: 'A virtual IP: what clients connect to.',
  mapping: deriveMapping(VipSchema, {
    id: { traits: { replaces: true } },
    signalling: { within: { tls: { derived: true } } },
    vrrp: { within: { peers: { unordered: true } } },
  }),
};

export const vip = entityResource(VIP);
