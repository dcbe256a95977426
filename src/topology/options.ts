import type { Path, Problems } from './problems.ts';

/**
 * Reports what stands there though it belongs to another kind of thing. `properties` are those of all kinds:
 * what is in none of them has been told as an unknown key.
 */
export function refuseOptions(
  raw: object,
  { kind, takes, properties }: { kind: string; takes: readonly string[]; properties: object },
  path: Path,
  problems: Problems,
): void {
  for (const key of Object.keys(raw)) {
    if (takes.includes(key) || !Object.hasOwn(properties, key)) continue;
    problems.fault([...path, key], `is no option of ${kind}`, `${kind} takes ${takes.join(', ')}`);
  }
}
