import type { Check, Finding, Site } from './check.ts';

export interface Examined {
  readonly check: string;
  readonly findings: readonly Finding[];
}

/** One check after the other; what one throws is a finding, and the others are made all the same. */
export async function examine(checks: readonly Check[], site: Site): Promise<Examined[]> {
  const examined: Examined[] = [];
  for (const check of checks) {
    const findings = await check.run(site).catch((error: unknown): Finding[] => {
      const why = error instanceof Error ? error.message : String(error);
      return [{ level: 'failed', what: `it could not be looked at: ${why}`, mend: 'see that message' }];
    });
    examined.push({ check: check.name, findings });
  }
  return examined;
}
