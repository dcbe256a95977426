/** What is wrong, where, and what to do instead: Terraform shows it with file and line. */

/** Steps from the root of a configuration: names of attributes, keys of maps, indices of lists. */
export type AttributePath = readonly (string | number)[];

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** One line without a full stop. */
  readonly summary: string;
  readonly detail: string;
  readonly path?: AttributePath;
}

/** Ends an operation with one or several diagnostics. */
export class DiagnosticError extends Error {
  override readonly name = 'DiagnosticError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map(({ summary, detail }) => `${summary}: ${detail}`).join('\n'), options);
    this.diagnostics = diagnostics;
  }
}

/** An error about the whole object, or about what `path` leads to. */
export function failure(summary: string, detail: string, path?: AttributePath): DiagnosticError {
  return new DiagnosticError([{ severity: 'error', summary, detail, ...(path ? { path } : {}) }]);
}

/** As Terraform writes it: `ports[1].number`. */
export function pathText(path: AttributePath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
