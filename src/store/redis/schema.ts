/** The version of the layout in Redis; see scripts.ts. */
import type { Client } from './client.ts';
import { Script } from './client.ts';
import type { Keys } from './keys.ts';

/** Raise it with every change that older programs would misread, and say in UPGRADES how the former becomes this one. */
export const SCHEMA = 1;

/** By the version that they lead away from: Lua, with `KEYS` as in scripts.ts. The version is written by who runs it. */
export type Upgrades = Readonly<Record<number, string>>;

export const UPGRADES: Upgrades = {};

/** Claims the layout where there is none yet; answers with the version that is there. */
const CLAIM = new Script(`
redis.call('HSETNX', KEYS[1], 'schema', ARGV[1])
return tonumber(redis.call('HGET', KEYS[1], 'schema'))`);

/**
 * Brings the layout to this program's version, step by step, each in one piece, so that several dispatchers may try.
 *
 * @throws Error where it is newer, or too old to be brought here
 */
export async function checkSchema(
  client: Client,
  keys: Keys,
  wanted = SCHEMA,
  upgrades: Upgrades = UPGRADES,
): Promise<void> {
  let found = Number(await CLAIM.run(client, keys.all, [wanted]));
  if (found > wanted) {
    throw new Error(
      `it holds version ${found} of RoomLB's layout, and this program knows up to ${wanted}; upgrade this program`,
    );
  }
  while (found < wanted) {
    const upgrade = upgrades[found];
    if (upgrade === undefined)
      throw new Error(`it holds version ${found} of RoomLB's layout, which is too old`);
    const step = new Script(`
if redis.call('HGET', KEYS[1], 'schema') ~= '${found}' then return end
${upgrade}
redis.call('HSET', KEYS[1], 'schema', '${found + 1}')`);
    await step.run(client, keys.all, []);
    found++;
  }
}
