/** Spans on their way to the collector: how many come there, how many wait at most, and what the log says of it. */
import type { Context } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import type { TracingFigures } from './tracer.ts';

/** Milliseconds between two lines that say that spans are lost. */
const TELL_EVERY = 300_000;

export class Delivery implements TracingFigures {
  delivered = 0;
  lost = 0;
  /** Spans that wait, or are on their way. */
  #waiting = 0;
  /** Lost since the log last said so. */
  #untold = 0;
  /** The log's last word is that spans are lost. */
  #told = false;
  #toldAt = -Infinity;
  readonly #place: string;
  readonly #most: number;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  readonly #now: () => number;

  /**
   * @param place of the collector, for people
   * @param most spans that may wait
   * @param now milliseconds, never going back
   */
  constructor(
    place: string,
    most: number,
    logger: Pick<Logger, 'info' | 'warn'>,
    now = () => performance.now(),
  ) {
    this.#place = place;
    this.#most = most;
    this.#logger = logger;
    this.#now = now;
  }

  /** The exporter, with what comes of each batch counted and told. */
  watched(exporter: SpanExporter): SpanExporter {
    return {
      export: (spans, settled) =>
        exporter.export(spans, (result) => {
          this.#settle(spans.length, result);
          settled(result);
        }),
      shutdown: () => exporter.shutdown(),
      forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    };
  }

  /** The processor, with no more spans than may wait. It would drop the rest itself, but not say how many. */
  bounded(processor: SpanProcessor): SpanProcessor {
    return {
      onStart: (span: Span, parent: Context) => processor.onStart(span, parent),
      onEnd: (span: ReadableSpan) => {
        if (this.#waiting >= this.#most) {
          this.#lose(1, 'more spans than it takes');
          return;
        }
        this.#waiting++;
        processor.onEnd(span);
      },
      shutdown: () => processor.shutdown(),
      forceFlush: () => processor.forceFlush(),
    };
  }

  /** No more is waited for. */
  giveUp(why: string): void {
    if (this.#waiting === 0) return;
    this.#toldAt = -Infinity;
    this.#lose(this.#waiting, why);
    this.#waiting = 0;
  }

  #settle(spans: number, { code, error }: ExportResult): void {
    // Given up before: counted as lost already.
    if (this.#waiting === 0) return;
    this.#waiting -= spans;
    if (code !== ExportResultCode.SUCCESS) {
      this.#lose(spans, error?.message ?? 'no reason given');
      return;
    }
    this.delivered += spans;
    if (!this.#told) return;
    this.#told = false;
    this.#logger.info({ lost: this.#untold }, `traces: ${this.#place} takes spans again`);
    this.#untold = 0;
  }

  #lose(spans: number, why: string): void {
    this.lost += spans;
    this.#untold += spans;
    if (this.#now() - this.#toldAt < TELL_EVERY) return;
    this.#toldAt = this.#now();
    this.#told = true;
    this.#logger.warn({ why, lost: this.#untold }, `traces: spans for ${this.#place} are lost`);
    this.#untold = 0;
  }
}
