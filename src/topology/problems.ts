import type { Fault, Severity } from './faults.ts';
import { quote } from './quote.ts';

/** Keys and list positions from the document's root. */
export type Path = readonly (string | number)[];

/** A fault before it has a place in a file. */
export interface Problem {
  readonly severity: Severity;
  readonly path: Path;
  /** Whether the key itself is wrong, or what stands behind it. */
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint: string;
}

/**
 * Collects problems, and keeps one mistake from being told twice: where a value could not be read at
 * all, later stages (which then see a stand-in) have nothing to say about it.
 */
export class Problems {
  readonly list: Problem[] = [];
  readonly #unreadable = new Set<string>();
  readonly #touched = new Set<string>();
  readonly #faulty = new Set<string>();
  readonly #told = new Set<string>();

  /** The value at `path` is of the wrong shape, missing, or cannot be parsed. */
  unreadable(path: Path, message: string, hint: string): void {
    this.markUnreadable(path);
    this.#add({ severity: 'error', path, at: 'value', message, hint });
  }

  /** The same, where what is wrong has been told at another place. */
  markUnreadable(path: Path): void {
    this.#unreadable.add(formatPath(path));
    for (let length = 0; length <= path.length; length += 1) {
      this.#touched.add(formatPath(path.slice(0, length)));
    }
  }

  /** A key that does not belong there; what stands behind it is ignored. */
  unknownKey(path: Path, message: string, hint: string): void {
    this.#add({ severity: 'error', path, at: 'key', message, hint });
  }

  /** The value at `path` is readable, but contradicts something. */
  fault(path: Path, message: string, hint: string): void {
    if (!this.isUnreadable(path)) this.#add({ severity: 'error', path, at: 'value', message, hint });
  }

  warn(path: Path, message: string, hint: string): void {
    if (!this.isUnreadable(path)) this.#add({ severity: 'warning', path, at: 'value', message, hint });
  }

  isUnreadable(path: Path): boolean {
    return this.#unreadable.has(formatPath(path));
  }

  /** Whether everything at and below `path` could be read. */
  isSound(path: Path): boolean {
    return !this.#touched.has(formatPath(path));
  }

  /** Whether an error has been told of exactly this place. */
  isFaulty(path: Path): boolean {
    return this.#faulty.has(formatPath(path));
  }

  get hasErrors(): boolean {
    return this.#faulty.size > 0;
  }

  #add(problem: Problem): void {
    const place = formatPath(problem.path);
    const key = `${place}\n${problem.message}`;
    if (this.#told.has(key)) return;
    if (problem.severity === 'error') this.#faulty.add(place);
    this.#told.add(key);
    this.list.push(problem);
  }
}

/** `nodes[2].mediaPorts`; a key that is not a plain word is quoted: `nodes[2]["media ports"]`. */
export function formatPath(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(part)) return `[${quote(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** The problem as a fault without a place. */
export function toFault({ severity, path, message, hint }: Problem): Fault {
  return { severity, path: formatPath(path), message, hint };
}
