/**
 * What edges know of tracing. Off, which is the rule, it does nothing but the work itself; whatever records spans is
 * loaded only where it is on.
 */

/**
 * Members of a span. Of values: ids of the topology, names of rooms, numbers, and words from fixed lists. Never headers,
 * queries, bodies or texts of errors, in which there may be a secret.
 */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions<T> {
  readonly attributes?: Attributes;
  /** What the outcome adds. Not called where nothing is recorded. */
  readonly outcome?: (value: Awaited<T>) => Attributes;
  /** `client`: somebody else is asked, and waited for. */
  readonly kind?: 'client';
  /**
   * `always`: a trace of its own, as of what goes on by itself, whatever began it once. `never`: only told as a part of
   * something, as what is asked of a store. Left out: a part where there is something under way, else a trace of its own.
   */
  readonly root?: 'always' | 'never';
}

export interface Tracer {
  /**
   * Does the work, told as a span from its beginning to its end; where it answers with a promise, to when that is
   * settled. What it throws goes on to the caller, and marks the span as failed by the name of the error alone.
   *
   * @param name from a fixed list, never made from data: tracing tools group by it
   */
  span<T>(name: string, options: SpanOptions<T>, work: () => T): T;
}

/** Records nothing. */
export const NO_TRACER: Tracer = { span: (_name, _options, work) => work() };

/** Names of a span among all, for logs. */
export interface TraceIds {
  readonly trace_id: string;
  readonly span_id: string;
}

/** The span of a request from outside. */
export interface RequestSpan {
  readonly ids: TraceIds;
  /** What is begun in there is a part of it. */
  run<T>(work: () => T): T;
  /** Later calls change nothing. @param error its type, where the server failed */
  end(attributes: Attributes, error?: string): void;
}

/** Tracing that is on. */
export interface Tracing extends Tracer {
  /**
   * @param attributes not called where the trace is not sampled
   * @param headers in which W3C `traceparent` and `tracestate` say what it is a part of
   */
  request(
    name: string,
    attributes: () => Attributes,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): RequestSpan;
  /** Of what is under way here, for lines of a log. */
  ids(): TraceIds | undefined;
  readonly figures: TracingFigures;
  /** Brings what waits to the collector, within a limit. Whether it was done by then; never rejects. */
  stop(): Promise<boolean>;
}

export interface TracingFigures {
  /** Spans that the collector took. */
  readonly delivered: number;
  /** Spans that it did not take in time, or that found no place to wait for it. */
  readonly lost: number;
}
