/** Names of keys. The braces make them one hash slot, so that one script may touch them all in a cluster, too. */

const PREFIX = /^[A-Za-z0-9_.:-]{1,64}$/;

export interface Keys {
  /** In the order in which scripts expect them; see scripts.ts. */
  readonly all: readonly string[];
  readonly notes: string;
  /** Key of what may happen once. */
  readonly once: (name: string) => string;
  readonly leases: string;
  readonly replicas: string;
  readonly beats: string;
  readonly verdicts: string;
  /** Written by who looks whether Redis takes writes. */
  readonly probe: string;
  /** Channel on which is told that a claim or the topology changed. */
  readonly channel: string;
  /** Channel on which is told that a replica published what it believes of nodes, or left. */
  readonly news: string;
}

/** @throws RangeError for a prefix that could change what the braces mean, or is too long */
export function keysFor(prefix: string, cluster: string): Keys {
  if (!PREFIX.test(prefix)) {
    throw new RangeError(`the prefix ${JSON.stringify(prefix)} must be 1 to 64 of A-Z a-z 0-9 _ . : -`);
  }
  const key = (name: string): string => `${prefix}:{${cluster}}:${name}`;
  return {
    all: ['meta', 'rooms', 'names', 'nodes', 'loads', 'expiry', 'feed', 'gone', 'topology'].map(key),
    notes: key('notes'),
    once: (name) => key(`once:${name}`),
    leases: key('leases'),
    replicas: key('replicas'),
    beats: key('beats'),
    verdicts: key('verdicts'),
    probe: key('probe'),
    channel: key('changes'),
    news: key('news'),
  };
}
