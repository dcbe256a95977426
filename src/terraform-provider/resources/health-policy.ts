import { cronMeaning } from '../../calendar/cron.ts';
import { HealthSchema } from '../../topology/health/schema.ts';
import { deriveMapping, type Overrides } from '../mapping/derive.ts';
import type { Diagnostic } from '../plugin/diagnostics.ts';
import { isObject, type ObjectValue } from '../plugin/values.ts';
import { policyResource, type Policy } from './policy.ts';

const derived = { derived: true };

/** Each type of check has defaults of its own. */
const CHECK: Overrides = {
  timeout: derived,
  effect: derived,
  path: derived,
  tls: derived,
  adminPort: derived,
  adminPath: derived,
};

export const HEALTH_POLICY: Policy = {
  name: 'health',
  type: 'health_policy',
  word: 'health policy',
  description: 'How nodes are checked. A cluster has one; to destroy it puts back the defaults.',
  mapping: deriveMapping(HealthSchema, {
    // At most the interval.
    timeout: derived,
    damping: { derived: true, within: { reuse: derived } },
    checks: { within: CHECK },
    deepCheck: { within: { cron: { meaning: cronMeaning } } },
  }),
  validate: ({ damping }) => (damping && isObject(damping) ? offAlone(damping) : []),
};

export const healthPolicy = policyResource(HEALTH_POLICY);

/** What is off has no options: they would be lost without a word. */
function offAlone({ enabled, ...options }: ObjectValue): Diagnostic[] {
  if (enabled !== false) return [];
  return Object.entries(options)
    .filter(([, value]) => value !== null)
    .map(([name]) => ({
      severity: 'error',
      summary: `Invalid value for damping.${name}`,
      detail: `${name} is of no use with enabled = false; leave one of them out.`,
      path: ['damping', name],
    }));
}
