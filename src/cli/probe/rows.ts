/** What `roomlb probe` prints: a row per probe as rounds go by, hints, and a summary of several rounds. */
import { resultWord } from '../../health/hints.ts';
import type { Outcome } from '../../health/outcome.ts';
import type { ProbeReport } from '../../health/probe-now.ts';
import { EXIT } from '../exit.ts';
import { printable, table } from '../output.ts';

/** One probe of one target in one round. */
export interface ProbeRow extends ProbeReport {
  /** The target as it was given. */
  readonly of: string;
  /** From 1. */
  readonly round: number;
}

const HEAD = ['TARGET', 'CHECK', 'WHERE', 'RESULT', 'TIME', 'WHAT CAME BACK'];

/** Formats rounds under one head: columns are as wide as all that came before needed. */
export class RowPrinter {
  readonly #widths = HEAD.map(() => 0);
  #headless = false;

  print(rows: readonly ProbeRow[]): string {
    const lines = [...(this.#headless ? [] : [HEAD]), ...rows.map(cells)];
    this.#headless = true;
    for (const [column, width] of this.#widths.entries()) {
      this.#widths[column] = Math.max(width, ...lines.map((line) => line[column]?.length ?? 0));
    }
    return lines.map((line) => `${this.#line(line)}\n`).join('');
  }

  #line(line: readonly string[]): string {
    return line
      .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  }
}

function cells({ of, check, target, outcome, took, verdict }: ProbeRow): string[] {
  const word = resultWord(outcome);
  // A heartbeat is not waited for.
  const time = check === 'heartbeat' ? '–' : milliseconds(answerTime(outcome) ?? took);
  const result = verdict === undefined || verdict === 'fine' ? word : `${word} (path ${verdict})`;
  return [of, check, target ?? '–', result, time, whatCameBack(outcome)];
}

/** Undefined where nothing came back. */
function answerTime(outcome: Outcome): number | undefined {
  return outcome.kind === 'ok' || outcome.kind === 'busy' ? outcome.rtt : undefined;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function whatCameBack(outcome: Outcome): string {
  const detail = 'detail' in outcome ? Object.entries(outcome.detail ?? {}) : [];
  const figures = detail.map(([name, value]) => `${name} ${value}`).join(', ');
  const why = 'why' in outcome ? outcome.why : '';
  return printable([why, figures].filter(Boolean).join('; '));
}

/** Each once, with what it is about. */
export function hintsOf(rows: readonly ProbeRow[]): string {
  const about = new Map<string, string>();
  for (const { check, hint, outcome } of rows) {
    if (hint !== undefined && !about.has(hint)) about.set(hint, `${check} ${resultWord(outcome)}`);
  }
  return [...about].map(([hint, what]) => `hint: ${what}: ${hint}\n`).join('');
}

/** Of several rounds, a row per target and check. */
export function summaryOf(rows: readonly ProbeRow[]): string {
  const groups = new Map<string, ProbeRow[]>();
  for (const row of rows) {
    const key = `${row.of} ${row.id}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const times = group.flatMap(({ outcome }) => answerTime(outcome) ?? []);
    const spread =
      times.length === 0
        ? ['–', '–', '–']
        : [Math.min(...times), mean(times), Math.max(...times)].map(milliseconds);
    return [[first.of, first.check, first.target ?? '–', group.length, times.length, ...spread]];
  });
  return table(['TARGET', 'CHECK', 'WHERE', 'ASKED', 'ANSWERED', 'MIN', 'MEAN', 'MAX'], lines);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * 1 where something answered, but not well: busy, an error, another node, "I am down". Otherwise 3 where something
 * could not be reached: silence, refused, no way, no address; or where nothing could be asked at all.
 */
export function exitCodeOf(rows: readonly ProbeRow[]): number {
  const words = rows.map(({ outcome }) => resultWord(outcome));
  if (words.some((word) => SAYS_NO.has(word))) return EXIT.checkFailed;
  if (words.some((word) => NO_ANSWER.has(word))) return EXIT.unreachable;
  return words.includes('ok') ? EXIT.fine : EXIT.unreachable;
}

const SAYS_NO: ReadonlySet<string> = new Set(['busy', 'wrong-answer', 'wrong-node', 'says-down']);
const NO_ANSWER: ReadonlySet<string> = new Set(['timeout', 'refused', 'unreachable']);
