/** What is wrong with a topology, in the form that people, editors and REST clients get it. */

export type Severity = 'error' | 'warning';

export interface Fault {
  /** A warning stops nothing. */
  readonly severity: Severity;
  /** Where in the document: `nodes[2].mediaPorts`; empty for the document as a whole. */
  readonly path: string;
  /** What is wrong, continuing the path: `must be …, found …`. No full stop. */
  readonly message: string;
  /** What to write instead. No full stop. */
  readonly hint: string;
  /** As given by the user; `<stdin>` for standard input. Absent where the document did not come from text. */
  readonly file?: string;
  /** 1-based, as is `column` (in UTF-16 units, which is how editors count). */
  readonly line?: number;
  readonly column?: number;
}

/** Thrown where a caller needs a topology and there is none; holds all faults, warnings among them. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(formatFaults(faults));
    this.faults = faults;
  }
}

export function isError(fault: Fault): boolean {
  return fault.severity === 'error';
}

/** `file:line:column: error: path: message (hint: …)`: the form that editors and CI logs make clickable. */
export function formatFault(fault: Fault): string {
  const where = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(':');
  const what = `${fault.message} (hint: ${fault.hint})`;
  return [where, fault.severity, fault.path, what].filter((part) => part !== '').join(': ');
}

/** One line per fault. */
export function formatFaults(faults: readonly Fault[]): string {
  return faults.map(formatFault).join('\n');
}
