/** What a credential may be good for. Each route of the API needs exactly one of these. */

/** Each with what it lets its holder do, for people. */
export const SCOPE_MEANINGS = {
  read: 'look at rooms, nodes, topology, health, intent, configuration and balancers',
  'rooms:write': 'claim and release rooms',
  'nodes:report': 'speak for a node: registration and heartbeat',
  'nodes:enrol': 'swap an enrolment secret, or a credential, for a credential of the node',
  'nodes:write': 'drain, undrain, disable, enable, probe and enrol nodes',
  'topology:write': 'change nodes, VIPs, policies, pins and maintenance windows',
  'engines:apply': 'have balancers changed, and report of them as an agent',
  metrics: 'read /metrics',
  docs: 'read /docs and the OpenAPI document',
} as const;

export type Scope = keyof typeof SCOPE_MEANINGS;

export const SCOPES = Object.keys(SCOPE_MEANINGS) as readonly Scope[];

/** What a media node needs: to report, and to tell a client that came to the wrong node where its room is. */
export const NODE_SCOPES: readonly Scope[] = ['read', 'rooms:write', 'nodes:report'];

/**
 * All that what a node has of its own, a credential or a certificate, is good for, as routes are written: the node's
 * word, the renewal of a credential, and where a client belongs that came to it.
 */
export const NODE_ROUTES: ReadonlySet<string> = new Set([
  'PUT /v1/nodes/:id/registration',
  'GET /v1/nodes/:id/heartbeat',
  'POST /v1/nodes/:id/credentials',
  'PUT /v1/rooms/:room',
  'GET /v1/nodes/:id',
]);

export function isScope(text: string): text is Scope {
  return Object.hasOwn(SCOPE_MEANINGS, text);
}
