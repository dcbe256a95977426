/** One measured figure. */
export interface BenchRow {
  /** Rows of one group are measured together and compared with each other. */
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** How many times the figure of another row, measured in the same run. */
  readonly ratio?: { readonly of: string; readonly value: number };
  /** What was aimed at, in words. */
  readonly aim?: string;
}
