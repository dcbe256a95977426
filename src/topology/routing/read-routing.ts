/** From `bgp:` and `route:` of the right shape to the model; what could not be read is a stand-in. */
import { compareText } from '../compare.ts';
import type { IpAddress } from '../model.ts';
import type { Path, Problems } from '../problems.ts';
import type { Partly } from '../shape.ts';
import { readAddress, readDuration } from '../values.ts';
import { DEFAULT_HOLD_TIME, DEFAULT_WATERMARK, MAX_HOLD_TIME, MIN_HOLD_TIME } from './routing.ts';
import type { Bgp, Neighbor, Route } from './routing.ts';
import type { BgpDocument, RouteDocument } from './schema.ts';

type NeighborDocument = Partly<BgpDocument['neighbors'][number]>;

export function readRoute(raw: Partly<RouteDocument>, path: Path, problems: Problems): Route {
  const { watermark, communities = [], med } = raw;
  const read = communities.flatMap((text, index) => {
    const halves = text?.split(':').map(Number);
    if (text === undefined || !halves) return [];
    if (halves.every((half) => half <= 65_535)) return [{ text, halves }];
    problems.unreadable(
      [...path, 'communities', index],
      `both halves must be 0 to 65535, found ${text}`,
      'a standard community has no room for more (RFC 1997); write one such as 65010:100',
    );
    return [];
  });
  const number = ([high = 0, low = 0]: readonly number[]) => high * 65_536 + low;
  return {
    watermark: watermark === undefined ? DEFAULT_WATERMARK : parseInt(watermark, 10) / 100,
    communities: read.sort((a, b) => number(a.halves) - number(b.halves)).map(({ text }) => text),
    med: med ?? null,
  };
}

export function readBgp(raw: Partly<BgpDocument>, path: Path, problems: Problems): Bgp {
  return {
    asn: raw.asn ?? 0,
    routerId: optionalAddress(raw.routerId, [...path, 'routerId'], problems),
    holdTime: readHoldTime(raw.holdTime, [...path, 'holdTime'], problems),
    neighbors: (raw.neighbors ?? [])
      .flatMap((neighbor, index) =>
        neighbor === undefined ? [] : readNeighbor(neighbor, [...path, 'neighbors', index], problems),
      )
      .sort((a, b) => a.address.family - b.address.family || compareText(a.address.text, b.address.text)),
  };
}

function readHoldTime(text: string | undefined, path: Path, problems: Problems): number {
  if (text === undefined) return DEFAULT_HOLD_TIME;
  const seconds = readDuration(text, MAX_HOLD_TIME, path, problems);
  if (seconds !== undefined && seconds < MIN_HOLD_TIME) {
    problems.unreadable(path, `must be at least ${MIN_HOLD_TIME}s, found ${text}`, 'write 3s; bfd is faster');
  }
  return seconds ?? DEFAULT_HOLD_TIME;
}

function readNeighbor(raw: NeighborDocument, path: Path, problems: Problems): Neighbor[] {
  const address = optionalAddress(raw.address, [...path, 'address'], problems);
  const source = optionalAddress(raw.source, [...path, 'source'], problems);
  if (!address) return [];
  return [{ address, asn: raw.asn ?? 0, source, multihop: raw.multihop ?? null, bfd: raw.bfd ?? false }];
}

function optionalAddress(text: string | undefined, path: Path, problems: Problems): IpAddress | null {
  return text === undefined ? null : (readAddress(text, path, problems) ?? null);
}
