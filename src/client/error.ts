import type { Answer } from '../http/exchange.ts';

/** A dispatcher said no, or none could be asked. */
export class RoomlbError extends Error {
  override readonly name = 'RoomlbError';
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /** All of it, for whoever looks at its problem details or header fields; undefined where there was none. */
  readonly answer: Answer | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions & { readonly answer?: Answer }) {
    super(message, options);
    this.status = status;
    this.answer = options?.answer;
  }

  /** Another dispatcher, or the same one later, may well do it. */
  get temporary(): boolean {
    return this.status === undefined || [429, 502, 503, 504].includes(this.status);
  }
}
