/** A dispatcher said no, or none could be asked. */
export class RoomlbError extends Error {
  override readonly name = 'RoomlbError';
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;

  constructor(message: string, status?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Another dispatcher, or the same one later, may well do it. */
  get temporary(): boolean {
    return this.status === undefined || [429, 502, 503, 504].includes(this.status);
  }
}
