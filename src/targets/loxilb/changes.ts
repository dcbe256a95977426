/** The calls that take LoxiLB from one table to another. */
import type { DeviceChanges } from '../target.ts';
import { createEndpoint, createLb, deleteLb } from './commands.ts';
import { NOT_ASKED, probeNames, type LbRule, type Probe, type Table } from './table.ts';

export function changesBetween(from: Table, to: Table): DeviceChanges {
  const [before, after] = [byKey(from.rules), byKey(to.rules)];
  const drained = new Map([...before].map(([key, rule]) => [key, withoutLeaving(rule, after.get(key))]));
  const gone = from.rules.filter((rule) => !after.has(keyOf(rule)));
  const anew = new Set(to.rules.filter((rule) => isAnew(drained.get(keyOf(rule)), rule)));
  const staying = to.rules.flatMap((rule) => {
    const had = new Set(
      anew.has(rule) ? [] : probeNames(drained.get(keyOf(rule)) ?? { ...rule, endpoints: [] }),
    );
    return probeNames(rule).filter((name) => had.has(name));
  });
  return {
    drain: [...drained].filter(([key, rule]) => rule !== before.get(key)).map(([, rule]) => createLb(rule)),
    change: [
      ...[...gone, ...anew].map(deleteLb),
      ...to.rules.filter((rule) => anew.has(rule) || differs(drained.get(keyOf(rule)), rule)).map(createLb),
      ...probeChanges(from, to, new Set(staying)),
    ],
  };
}

/** Whoever leaves is no endpoint any more: what it has goes on, and new ones do not come. */
function withoutLeaving(rule: LbRule, now: LbRule | undefined): LbRule {
  if (now?.targetPort !== rule.targetPort) return rule;
  const stays = new Set(now.endpoints.map(({ address }) => address));
  const endpoints = rule.endpoints.filter(({ address }) => stays.has(address));
  return endpoints.length === 0 || endpoints.length === rule.endpoints.length ? rule : { ...rule, endpoints };
}

/** Neither is changed in a rule that is there: AddLbRule() says that it exists, or keeps the kind of NAT. */
function isAnew(old: LbRule | undefined, rule: LbRule): boolean {
  return old !== undefined && (old.idle !== rule.idle || old.mode !== rule.mode);
}

function differs(old: LbRule | undefined, rule: LbRule): boolean {
  return !old || createLb(old) !== createLb(rule);
}

/**
 * Probes go with the last rule that has their endpoint, and come without a check when another has it again.
 *
 * @param staying those whose endpoint some rule has all the while
 */
function probeChanges(from: Table, to: Table, staying: ReadonlySet<string>): string[] {
  const before = byName(from.probes);
  const after = byName(to.probes);
  const used = new Set(to.rules.flatMap(probeNames));
  return [
    ...from.probes
      .filter(({ name, how }) => !after.has(name) && used.has(name) && how !== NOT_ASKED)
      .map((probe) => createEndpoint({ ...probe, how: NOT_ASKED })),
    ...to.probes
      .filter(({ name, how }) => before.get(name)?.how !== how || !staying.has(name))
      .map(createEndpoint),
  ];
}

const keyOf = ({ address, protocol, port }: LbRule): string => `${address} ${protocol} ${port}`;

function byKey(rules: readonly LbRule[]): ReadonlyMap<string, LbRule> {
  return new Map(rules.map((rule) => [keyOf(rule), rule]));
}

function byName(probes: readonly Probe[]): ReadonlyMap<string, Probe> {
  return new Map(probes.map((probe) => [probe.name, probe]));
}
