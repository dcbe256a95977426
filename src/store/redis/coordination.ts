/** Heartbeats, verdicts and leases in Redis, on Redis' clock. None of it is missed when lost: it is said again soon. */
import { Listeners } from '../../events/listeners.ts';
import { within } from '../../timing/within.ts';
import type { Coordination, LeaseAnswer, ReplicaInfo } from '../store.ts';
import { Script, type Client } from './client.ts';
import type { Keys } from './keys.ts';

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Keys: beats (replica → when it counts as dead), replicas, verdicts. Replica, its description, milliseconds. Who is to
 * live longer than that was heard before the clock was set back, as by a fail-over to a host with another.
 */
const BEAT = new Script(`${NOW}
local beats, replicas, verdicts = unpack(KEYS)
local till = string.format('%.0f', now + ARGV[3])
redis.call('ZADD', beats, till, ARGV[1])
for _, early in ipairs(redis.call('ZRANGEBYSCORE', beats, '(' .. till, '+inf')) do
  redis.call('ZADD', beats, till, early)
end
redis.call('HSET', replicas, ARGV[1], ARGV[2])
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', beats, '-inf', now)) do
  redis.call('ZREM', beats, dead)
  redis.call('HDEL', replicas, dead)
  redis.call('HDEL', verdicts, dead)
end
return redis.call('HVALS', replicas)`);

/** Keys as above, channel. Replica. */
const LEAVE = new Script(`
local beats, replicas, verdicts = unpack(KEYS)
redis.call('ZREM', beats, ARGV[1])
redis.call('HDEL', replicas, ARGV[1])
redis.call('HDEL', verdicts, ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[1])`);

/** Key: verdicts. Replica, JSON, channel. */
const PUBLISH = new Script(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[1])`);

/**
 * Key: leases, `lease:NAME` → holder, TAB, token, TAB, until; `token` is the last one given. Name, replica, milliseconds.
 * Tokens begin with the time, so that those of a Redis that came back empty, or without its latest writes, are higher
 * than any that engines have seen. A lease that is to last longer than it can is of a clock that was set back.
 */
const LEASE = new Script(`${NOW}
local field = 'lease:' .. ARGV[1]
local holder, token, till = string.match(redis.call('HGET', KEYS[1], field) or '', '^([^\t]*)\t(%d+)\t(%d+)$')
local free = not holder or tonumber(till) <= now
if not free and holder ~= ARGV[2] then
  if tonumber(till) > now + ARGV[3] then
    redis.call('HSET', KEYS[1], field, holder .. '\t' .. token .. '\t' .. string.format('%.0f', now + ARGV[3]))
  end
  return { 0, holder }
end
if free then
  token = string.format('%.0f', math.max(now, tonumber(redis.call('HGET', KEYS[1], 'token') or '0') + 1))
  redis.call('HSET', KEYS[1], 'token', token)
end
redis.call('HSET', KEYS[1], field, ARGV[2] .. '\t' .. token .. '\t' .. string.format('%.0f', now + ARGV[3]))
return { 1, token }`);

/** Key: leases. Name, replica. */
const RELEASE = new Script(`
local field = 'lease:' .. ARGV[1]
local held = redis.call('HGET', KEYS[1], field)
if held and string.match(held, '^[^\t]*') == ARGV[2] then redis.call('HDEL', KEYS[1], field) end`);

/** Milliseconds that a command may take. */
const PATIENCE = 1000;

export class RedisCoordination implements Coordination {
  readonly id: string;
  readonly #client: Client;
  readonly #keys: Keys;
  readonly #listeners = new Listeners<undefined>();

  constructor(id: string, client: Client, keys: Keys) {
    this.id = id;
    this.#client = client;
    this.#keys = keys;
  }

  async beat(self: ReplicaInfo, milliseconds: number): Promise<readonly ReplicaInfo[]> {
    const answer = await this.#run(BEAT, this.#membership(), [this.id, JSON.stringify(self), milliseconds]);
    const all = (answer as string[]).map((json) => JSON.parse(json) as ReplicaInfo);
    return all.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async leave(): Promise<void> {
    await this.#run(LEAVE, this.#membership(), [this.id, this.#keys.news]);
  }

  async publish(verdicts: string): Promise<void> {
    await this.#run(PUBLISH, [this.#keys.verdicts], [this.id, verdicts, this.#keys.news]);
  }

  async verdicts(): Promise<ReadonlyMap<string, string>> {
    const all = await within(PATIENCE, 'Redis: HGETALL', this.#client.hgetall(this.#keys.verdicts));
    return new Map(Object.entries(all));
  }

  listen(told: () => void): () => void {
    return this.#listeners.add(told);
  }

  /** Somebody published something. */
  heard(): void {
    this.#listeners.tell(undefined);
  }

  async lease(name: string, milliseconds: number): Promise<LeaseAnswer> {
    const answer = await this.#run(LEASE, [this.#keys.leases], [name, this.id, milliseconds]);
    const [held, word] = answer as [number, string];
    return held === 1 ? { held: true, token: Number(word) } : { held: false, holder: word };
  }

  async release(name: string): Promise<void> {
    await this.#run(RELEASE, [this.#keys.leases], [name, this.id]);
  }

  #membership(): string[] {
    const { beats, replicas, verdicts } = this.#keys;
    return [beats, replicas, verdicts];
  }

  #run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return within(PATIENCE, 'Redis', script.run(this.#client, keys, args));
  }
}
