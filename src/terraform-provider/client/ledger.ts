/**
 * What one apply has done so far, and what it is about to. Terraform has no order between what has left the
 * configuration and what is new in it; yet both may be one object under two addresses (a resource that was renamed), or
 * want the same ports.
 */
import { DiagnosticError } from '../plugin/diagnostics.ts';

export class Ledger {
  readonly #made = new Set<string>();
  readonly #leaving = new Map<string, Promise<unknown>>();
  /** Maintenance windows that nodes left when they were removed, by id of the node. */
  readonly windowsLeft = new Map<string, readonly string[]>();

  /** @param path of what is there now as this apply wants it, whether it was made or found that way */
  made(path: string): void {
    this.#made.add(path);
  }

  hasMade(path: string): boolean {
    return this.#made.has(path);
  }

  /** Remembers a removal until it has ended. @param id as refusals of other objects name it */
  async leave<T>(id: string, removal: Promise<T>): Promise<T> {
    this.#leaving.set(id, removal);
    try {
      return await removal;
    } finally {
      this.#leaving.delete(id);
    }
  }

  /** Removals under way of what an error names as being in the way. @param own id of what is removed itself */
  inTheWay(error: unknown, own?: string): readonly Promise<unknown>[] {
    if (!(error instanceof DiagnosticError)) return [];
    const said = error.diagnostics.map(({ summary, detail }) => `${summary} ${detail}`).join(' ');
    const words = new Set(said.match(/[A-Za-z0-9][A-Za-z0-9_.-]*/g));
    // A name at the end of a sentence has its full stop.
    const named = (id: string) => id !== own && (words.has(id) || words.has(`${id}.`));
    return [...this.#leaving].filter(([id]) => named(id)).map(([, one]) => one);
  }
}
