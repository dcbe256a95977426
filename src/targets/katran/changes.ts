/** The calls that take katran from one table to another. Members that stay or come are there before others leave. */
import type { DeviceChanges } from '../target.ts';
import { addReal, addVip, changeReal, changeVip, deleteReal, deleteVip, keyOf } from './commands.ts';
import type { KatranReal, KatranVip } from './table.ts';

export function changesBetween(from: readonly KatranVip[], to: readonly KatranVip[]): DeviceChanges {
  const [before, after] = [byKey(from), byKey(to)];
  return {
    drain: from.flatMap((vip) => drains(vip, after.get(keyOf(vip)))),
    change: [
      // What is given up first, since there is room for so many only.
      ...from.filter((vip) => !after.has(keyOf(vip))).map(deleteVip),
      ...to.flatMap((vip) => {
        const old = before.get(keyOf(vip));
        return old ? changesOf(old, vip) : newVip(vip);
      }),
    ],
  };
}

export function newVip(vip: KatranVip): string[] {
  // Those with a weight first: see table.ts.
  const reals = [...vip.reals.filter(takesNew), ...vip.reals.filter((real) => !takesNew(real))];
  return [addVip(vip), ...reals.map((real) => addReal(vip, real))];
}

/** Weight 0 for members that leave, where others that stay take over: of the last one it would change nothing. */
function drains(old: KatranVip, now: KatranVip | undefined): string[] {
  if (!now) return [];
  const stays = byAddress(now.reals);
  const leaving = old.reals.filter(({ address }) => !stays.has(address));
  if (!old.reals.some((real) => takesNew(real) && !leaving.includes(real))) return [];
  return leaving.filter(takesNew).map((real) => changeReal(old, { ...real, weight: 0 }));
}

function changesOf(old: KatranVip, now: KatranVip): string[] {
  const [before, stays] = [byAddress(old.reals), byAddress(now.reals)];
  const changed = now.reals.filter((real) => before.get(real.address)?.weight !== real.weight);
  const give = (real: KatranReal) => (before.has(real.address) ? changeReal(now, real) : addReal(now, real));
  return [
    ...(old.bySource === now.bySource ? [] : [changeVip(now)]),
    ...changed.filter(takesNew).map(give),
    ...changed.filter((real) => !takesNew(real)).map(give),
    ...old.reals.filter(({ address }) => !stays.has(address)).map((real) => deleteReal(old, real)),
  ];
}

function takesNew({ weight }: KatranReal): boolean {
  return weight > 0;
}

function byKey(vips: readonly KatranVip[]): ReadonlyMap<string, KatranVip> {
  return new Map(vips.map((vip) => [keyOf(vip), vip]));
}

function byAddress(reals: readonly KatranReal[]): ReadonlyMap<string, KatranReal> {
  return new Map(reals.map((real) => [real.address, real]));
}
