/** Times as devices count them: in seconds, minutes, or steps, within bounds. */
import { finding } from '../findings.ts';
import type { Finding } from '../target.ts';
import type { CarriedService } from './carried.ts';

export interface TimeScale {
  /** Seconds in the device's unit: 1, or 60 for minutes. */
  readonly unit: number;
  /** In units. */
  readonly min: number;
  readonly max: number;
  /** In units; the value is a multiple of it. 1 if left out. */
  readonly step?: number;
}

/** The least that the device can say which is no shorter than asked; its longest where it has none. */
export function inUnits(seconds: number, { unit, min, max, step = 1 }: TimeScale): number {
  const wanted = Math.ceil(seconds / unit / step) * step;
  return Math.min(max, Math.max(min, wanted));
}

/** What differs from what was asked, per VIP. `what`: "the idle time". */
export function timeFindings(
  label: string,
  what: string,
  services: readonly CarriedService[],
  secondsOf: (carried: CarriedService) => number | null,
  scale: TimeScale,
): Finding[] {
  const groups = new Map<string, { about: { id: string }[]; message: string }>();
  for (const carried of services) {
    const asked = secondsOf(carried);
    if (asked === null) continue;
    const kept = inUnits(asked, scale) * scale.unit;
    if (kept === asked) continue;
    const message = `${what} of VIP ${carried.service.vip} is ${kept} s instead of ${asked} s: ${label} takes ${describe(scale)}`;
    const group = groups.get(message) ?? { about: [], message };
    group.about.push({ id: carried.service.id });
    groups.set(message, group);
  }
  return [...groups.values()].flatMap(({ about, message }) =>
    finding(about, 'degraded', message, 'ask for a time that it has, if the difference matters'),
  );
}

function describe({ unit, min, max, step = 1 }: TimeScale): string {
  const multiples = unit * step === 1 ? '' : `, in steps of ${unit * step} s`;
  return `${min * unit} to ${max * unit} s${multiples}`;
}
