import { PlacementSchema } from '../../topology/schema.ts';
import { deriveMapping } from '../mapping/derive.ts';
import { policyResource, type Policy } from './policy.ts';

export const PLACEMENT_POLICY: Policy = {
  name: 'placement',
  type: 'placement_policy',
  word: 'placement policy',
  description: 'How rooms are given to nodes. A cluster has one; to destroy it puts back the defaults.',
  mapping: deriveMapping(PlacementSchema),
};

export const placementPolicy = policyResource(PLACEMENT_POLICY);
