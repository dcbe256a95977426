import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { inspectRedis } from '../../../store/redis/inspect.ts';
import { SCHEMA } from '../../../store/redis/schema.ts';
import { openSnapshot } from '../../../store/open.ts';
import { parseRedisAddress } from '../../../store/redis/address.ts';
import { openedFor } from '../../store-options.ts';
import { failed, ok, skipped, warning, type Check, type Finding, type Site } from '../check.ts';

/** Bytes. */
const LEAST_FREE = 256 * 1024 * 1024;
const FILE = 'file:';

/** Reachable, of a layout that this program knows, writable, quick. Nothing in it is changed. */
export const store: Check = {
  name: 'store',
  run(site) {
    const { store: spec } = site.store;
    if (spec === 'memory')
      return Promise.resolve([skipped('claims are in the memory of the dispatcher; --store names another')]);
    return spec.startsWith(FILE) ? fileStore(site, spec.slice(FILE.length)) : redis(site);
  },
};

async function fileStore({ store: options, topology }: Site, folder: string): Promise<Finding[]> {
  const found: Finding[] = [];
  try {
    const snapshot = await openedFor(options, topology.cluster, openSnapshot);
    await snapshot.close();
    found.push(ok(`${folder} can be read, and its format is known`));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const isNew = why.includes('there is no store in');
    if (isNew) return [warning(why, 'roomlb serve creates it')];
    return [failed(why, 'if it was damaged: roomlb restore into a new folder')];
  }
  const writable = await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  found.push(
    writable
      ? ok(`${folder} can be written`)
      : failed(`${folder} cannot be written`, 'let roomlb’s user write there: chown -R'),
  );
  const { bavail, bsize } = await statfs(folder);
  const free = `${Math.floor((bavail * bsize) / (1024 * 1024))} MiB are free`;
  found.push(
    bavail * bsize < LEAST_FREE
      ? warning(free, 'make space: a store whose disk is full takes no new rooms')
      : ok(free),
  );
  return found;
}

async function redis({ store: options, topology }: Site): Promise<Finding[]> {
  try {
    const { server, schema, writable, milliseconds } = await openedFor(
      options,
      topology.cluster,
      (spec, given) => {
        const address = parseRedisAddress(spec);
        if (!address) throw new Error('it names no store');
        return inspectRedis(address, given);
      },
    );
    const { storeTimeLimit: limit } = options;
    const took = `an answer took ${milliseconds.toFixed(1)} ms`;
    return [
      ok(`${server} answers`),
      schema !== undefined && schema > SCHEMA
        ? failed(
            `its layout has version ${schema}, and this program knows up to ${SCHEMA}`,
            'upgrade this program',
          )
        : ok(
            schema === undefined
              ? 'it holds nothing of this cluster yet'
              : `its layout has version ${schema}`,
          ),
      writable === true
        ? ok('it can be written')
        : failed(
            `it cannot be written: ${writable}`,
            'name the primary; free memory; or let the user write (see ACL in the README)',
          ),
      milliseconds < limit / 2
        ? ok(took)
        : warning(`${took}, of at most ${limit} ms`, 'bring it nearer, or raise --store-time-limit'),
    ];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return [
      failed(
        why,
        'check the address, the password, and that it runs; dispatchers go on by what they know meanwhile',
      ),
    ];
  }
}
