/** Lets the dispatcher ask a node: it knows what workers are asked by, and whether heartbeats come in. */
import { NodeProbe } from '../../api/health-schemas.ts';
import type { DispatcherClient } from '../dispatcher-client.ts';
import type { Asker } from './asker.ts';

/** Milliseconds: the longest timeout of a check is a minute, and one through a VIP may take two. */
const PATIENCE = 150_000;

export function askThrough(client: DispatcherClient, id: string): Asker {
  return {
    target: id,
    notes: [],
    async ask() {
      const path = `/v1/nodes/${encodeURIComponent(id)}/probe`;
      const { results } = await client.request('POST', path, NodeProbe, PATIENCE);
      return results;
    },
  };
}
