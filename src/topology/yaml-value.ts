/** From a YAML tree to plain data, with aliases expanded under a budget and keys held unique. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type YAMLMap } from 'yaml';
import { TOO_DEEP } from './depth.ts';
import { MAX_ALIASED_VALUES, MAX_DEPTH } from './limits.ts';
import { formatPath, type Path } from './problems.ts';
import { quote } from './quote.ts';

/** Something wrong with the text itself, at an offset in it. */
export interface TextFault {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

export interface PlainValue {
  /** Mappings have no prototype, so that no key means anything but itself. */
  readonly value: unknown;
  readonly faults: readonly TextFault[];
  /** False where the value is not what the author meant, and would only draw misleading faults. */
  readonly usable: boolean;
}

/** `contents` is a document's, parsed with `uniqueKeys: false` and `stringKeys: true`. */
export function plainValue(contents: unknown): PlainValue {
  const reader = new Reader();
  const value = reader.read(contents, [], 0);
  return { value, faults: reader.faults, usable: !reader.broken };
}

/** Where a node of the tree begins; undefined where there is none. */
export function offsetOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0];
}

class Reader {
  readonly faults: TextFault[] = [];
  broken = false;
  readonly #anchors = new Map<string, unknown>();
  /** An alias means the anchor that stood before it in the text, however often it is expanded. */
  readonly #targets = new Map<Alias, unknown>();
  /** Nodes that are being read: an alias to one of them would never end. */
  readonly #open = new Set<unknown>();
  #budget = MAX_ALIASED_VALUES;

  /** `aliases`: how many aliases lead here. */
  read(node: unknown, path: Path, aliases: number): unknown {
    if (this.broken) return null;
    if (isAlias(node)) return this.#expand(node, path, aliases);
    if (aliases > 0) this.#budget -= 1;
    if (aliases === 0 && isNamed(node)) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (path.length > MAX_DEPTH) {
      this.#fail(node, path, ...TOO_DEEP);
      return null;
    }
    this.#open.add(node);
    let value: unknown = null;
    if (isSeq(node)) value = node.items.map((item, index) => this.read(item, [...path, index], aliases));
    else if (isMap(node)) value = this.#readMap(node, path, aliases);
    this.#open.delete(node);
    return value;
  }

  #readMap(node: YAMLMap, path: Path, aliases: number): object {
    const mapping = Object.create(null) as Record<string, unknown>;
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined) {
        this.#fail(key ?? node, path, 'has a key that is not a word', 'write keys out, as plain words');
      } else if (name in mapping) {
        const fault = { message: `the key ${quote(name)} is there already`, hint: 'write each key once' };
        const offset = offsetOf(key) ?? 0;
        if (aliases === 0) this.faults.push({ offset, path: formatPath([...path, name]), ...fault });
      } else {
        mapping[name] = this.read(value, [...path, name], aliases);
      }
    }
    return mapping;
  }

  #expand(alias: Alias, path: Path, aliases: number): unknown {
    if (!this.#targets.has(alias)) this.#targets.set(alias, this.#anchors.get(alias.source));
    const target = this.#targets.get(alias);
    const name = quote(alias.source);
    if (target === undefined) {
      this.#fail(
        alias,
        path,
        `there is no anchor ${name} before this`,
        'write &name before the value it names',
      );
    } else if (this.#open.has(target)) {
      this.#fail(alias, path, `the alias ${name} stands for something it is part of`, 'write the value out');
    } else if (this.#budget <= 0) {
      this.#fail(
        alias,
        path,
        `aliases stand for more than ${MAX_ALIASED_VALUES} values (a YAML bomb)`,
        'write values out instead of nesting aliases',
      );
    } else {
      return this.read(target, path, aliases + 1);
    }
    return null;
  }

  #fail(node: unknown, path: Path, message: string, hint: string): void {
    if (this.broken) return;
    this.broken = true;
    this.faults.push({ offset: offsetOf(node) ?? 0, path: formatPath(path), message, hint });
  }
}

function isNamed(node: unknown): node is { anchor: string } {
  return (isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined;
}
