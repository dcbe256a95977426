/** Whether RoomLB drives IPVS of the same network namespace by ipvsadm, too. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfigFile } from '../../driving/config-file.ts';
import { OWNED_FOLDER, parseNotes } from '../../ipvs/driver/notes.ts';
import type { KernelService } from '../../ipvs/driver/parse.ts';

/** One sentence per file of what ipvs owns, as far as IPVS still has it; sorted. */
export async function findRivals(
  table: readonly KernelService[],
  namespace: string | null,
): Promise<string[]> {
  const there = new Set(table.map(({ name }) => name));
  const names = (await readdir(OWNED_FOLDER).catch(() => [])).filter((name) => /^ipvs-.*\.json$/.test(name));
  const rivals = await Promise.all(
    names.sort().map(async (name) => {
      const file = join(OWNED_FOLDER, name);
      const notes = parseNotes((await readConfigFile(file)) ?? '');
      if (notes?.namespace !== namespace) return [];
      const owned = Object.keys(notes.services).filter((service) => there.has(service)).length;
      if (owned === 0) return [];
      return [
        `RoomLB's target ipvs has ${owned} virtual services here, by ${file} of cluster ${notes.cluster}`,
      ];
    }),
  );
  return rivals.flat();
}
