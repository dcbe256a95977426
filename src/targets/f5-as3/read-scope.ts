/** Where names lead in a declaration ("Pointers" in the AS3 User Guide), and what of an object is not understood. */
import { textAt, type Located } from '../reading/json.ts';

export class Scope {
  constructor(
    private readonly declaration: Located | undefined,
    private readonly tenant: string,
    private readonly application: string,
  ) {}

  /** What is meant by a name of the same application, or by `{ "use": "/tenant/application/name" }`. */
  find(reference: Located | undefined): Located | undefined {
    const use = textAt(reference, 'use') ?? reference?.scalar;
    if (typeof use !== 'string') return undefined;
    const steps = use.startsWith('/') ? use.slice(1).split('/') : [this.tenant, this.application, use];
    let found = this.declaration;
    for (const step of steps) found = found?.members?.get(step);
    return found;
  }

  /** The last part of such a name. */
  nameOf(reference: Located | undefined): string {
    const use = textAt(reference, 'use') ?? reference?.scalar;
    return typeof use === 'string' ? use.replace(/^.*\//, '') : '';
  }
}

/** Notes a line that is not understood, and why, where that is known. */
export type Say = (line: number, why: string | null) => void;

/** Names the members that are not known, and not objects of their own. */
export function unreadBelow(object: Located, known: RegExp, say: Say): void {
  for (const [name, value] of object.members ?? []) {
    if (!known.test(name) && textAt(value, 'class') !== 'Application') say(value.line, null);
  }
}
