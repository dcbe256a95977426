/** The sections of the topology of which there is one each: how rooms are placed, and how health is judged. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { section, type SectionName } from '../../dispatcher/edited-part.ts';
import type { TopologyEditor } from '../../dispatcher/topology-editor.ts';
import { HealthSchema } from '../../topology/health/schema.ts';
import { PlacementSchema } from '../../topology/schema.ts';
import { SECTION_EDIT_PROBLEMS } from '../edit-answer.ts';
import { editedPartRoutes } from './edited-part.ts';

const POLICIES: Readonly<Record<SectionName, Type.TSchema>> = {
  placement: PlacementSchema,
  health: HealthSchema,
};

export const policyRoutes: FastifyPluginAsyncTypebox<{ readonly editor: TopologyEditor }> = async (
  app,
  options,
) => {
  for (const [name, schema] of Object.entries(POLICIES) as [SectionName, Type.TSchema][]) {
    const resource = {
      url: `/v1/policies/${name}`,
      params: Type.Object({}),
      part: () => section(name),
      word: `${name} policy`,
      nameOf: () => undefined,
      schema: Type.Unsafe<unknown>(schema),
      problems: SECTION_EDIT_PROBLEMS,
      removable: false,
    };
    await app.register(editedPartRoutes(resource), options);
  }
};
