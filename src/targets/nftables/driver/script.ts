/** From table to table as one transaction of `nft -f`: as long as what differs, not as the table. */
import {
  chainLines,
  formatElement,
  replaceTable,
  type Element,
  type NamedSet,
  type Table,
} from '../table.ts';

/** Lines; none where the tables are equal. Null stands for no table. */
export function scriptBetween(name: string, from: Table | null, to: Table | null): string[] {
  if (to === null) return from === null ? [] : [`delete table inet ${name}`];
  if (from === null || skeleton(from) !== skeleton(to)) return replaceTable(name, to);
  return updates(name, from, to);
}

/**
 * What cannot be changed without making the table anew: flows would go on then, too, but those that are
 * there would idle as long as the host says.
 */
function skeleton({ comment, sets, chains, others, timeouts }: Table): string {
  return JSON.stringify([
    comment,
    others,
    sets.map(({ kind, name, header }) => [name, kind, ...header]).sort(),
    chains.map(({ name, base }) => [name, base]).sort(),
    // A timeout's name says what it is, unless somebody made another one of that name.
    timeouts.filter(({ lines }) => !lines[0]?.startsWith('protocol')),
  ]);
}

/** Objects before the rules that name them, and gone after the last rule that does. */
function updates(name: string, from: Table, to: Table): string[] {
  const has = new Set(from.timeouts.map((timeout) => timeout.name));
  const wants = new Set(to.timeouts.map((timeout) => timeout.name));
  return [
    ...to.timeouts
      .filter((timeout) => !has.has(timeout.name))
      .map((timeout) => `add ct timeout inet ${name} ${timeout.name} { ${timeout.lines.join(' ')} }`),
    ...to.sets.flatMap((set) => elementUpdates(name, find(from.sets, set.name), set)),
    ...to.chains.flatMap((chain) => {
      const old = find(from.chains, chain.name);
      if (old && chainLines(old).join('\n') === chainLines(chain).join('\n')) return [];
      return [
        `flush chain inet ${name} ${chain.name}`,
        ...chain.rules.map((rule) => `add rule inet ${name} ${chain.name} ${rule}`),
      ];
    }),
    ...[...has]
      .filter((timeout) => !wants.has(timeout))
      .map((timeout) => `delete ct timeout inet ${name} ${timeout}`),
  ];
}

/** All that go before all that come: a new range may overlap an old one. */
function elementUpdates(table: string, from: NamedSet | undefined, to: NamedSet): string[] {
  const [old, now] = [byKey(from?.elements ?? []), byKey(to.elements)];
  const gone = [...old].filter(([key, text]) => now.get(key) !== text).map(([key]) => key);
  const come = [...now].filter(([key, text]) => old.get(key) !== text).map(([, text]) => text);
  const line = (verb: string, elements: readonly string[]) =>
    elements.length === 0 ? [] : [`${verb} element inet ${table} ${to.name} { ${elements.join(', ')} }`];
  return [...line('delete', gone), ...line('add', come)];
}

function byKey(elements: readonly Element[]): Map<string, string> {
  return new Map(elements.map((element) => [element.key, formatElement(element)]));
}

function find<T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined {
  return list.find((one) => one.name === name);
}
