/**
 * Spans by the SDK of OpenTelemetry, brought to a collector by OTLP over HTTP (protobuf). This module alone loads the SDK,
 * and is loaded only where tracing is on. Nothing of it is global.
 *
 * What the SDK reads of the environment holds: OTEL_TRACES_SAMPLER, OTEL_BSP_*, OTEL_EXPORTER_OTLP_HEADERS and so on:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer as SdkTracer,
} from '@opentelemetry/api';
import { getNumberFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import { within } from '../timing/within.ts';
import { VERSION } from '../version.ts';
import { Delivery } from './delivery.ts';
import type { Attributes, RequestSpan, SpanOptions, TraceIds, Tracing } from './tracer.ts';

export interface TracingOptions {
  /** Of the collector, with its path. */
  readonly url: string;
  /** The same for people. */
  readonly place: string;
  readonly cluster: string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Milliseconds in which a dispatcher that ends brings what it has to the collector. */
const FLUSH_LIMIT = 2000;
/** Spans that wait for the collector, where OTEL_BSP_MAX_QUEUE_SIZE does not say: the standard's default. */
const MAX_WAITING = 2048;
/** Spans of one trace: a request about a thousand rooms need not tell of each. */
const MAX_SPANS = 128;
/** Characters of a value, where OTEL_(SPAN_)ATTRIBUTE_VALUE_LENGTH_LIMIT does not say: as the longest name of a room, escaped. */
const MAX_VALUE = 1024;

/** What is under way. */
interface Current {
  readonly span: Span;
  readonly context: Context;
  readonly ids: TraceIds;
  readonly budget: { left: number; out: number };
  /** What it began and did not wait for is no part of it any more: timers keep their place for ever. */
  ended: boolean;
}

export function startTracing({ url, place, cluster, logger }: TracingOptions): Tracing {
  const delivery = new Delivery(place, getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE') ?? MAX_WAITING, logger);
  const exporter = new OTLPTraceExporter({ url });
  const provider = new BasicTracerProvider({
    resource: resourceOf(cluster),
    spanProcessors: [delivery.bounded(new BatchSpanProcessor(delivery.watched(exporter)))],
    ...(isLimited() ? {} : { spanLimits: { attributeValueLengthLimit: MAX_VALUE } }),
  });
  return new OpenTelemetryTracing(provider, delivery);
}

function resourceOf(cluster: string): ReturnType<typeof defaultResource> {
  const own = resourceFromAttributes({
    'service.name': 'roomlb',
    'service.version': VERSION,
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'roomlb.cluster': cluster,
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

function isLimited(): boolean {
  const names = ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'];
  return names.some((name) => getNumberFromEnv(name) !== undefined);
}

class OpenTelemetryTracing implements Tracing {
  readonly figures: Delivery;
  readonly #provider: BasicTracerProvider;
  readonly #tracer: SdkTracer;
  readonly #propagator = new W3CTraceContextPropagator();
  readonly #underWay = new AsyncLocalStorage<Current>();

  constructor(provider: BasicTracerProvider, delivery: Delivery) {
    this.#provider = provider;
    this.#tracer = provider.getTracer('roomlb', VERSION);
    this.figures = delivery;
  }

  span<T>(name: string, { attributes, outcome, kind, root }: SpanOptions<T>, work: () => T): T {
    const parent = root === 'always' ? undefined : this.#current();
    if (!parent && root === 'never') return work();
    if (parent && (!parent.span.isRecording() || !isWithin(parent.budget))) return work();
    const current = this.#begin(name, kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, {
      attributes,
      context: parent?.context ?? ROOT_CONTEXT,
      budget: parent?.budget,
    });
    const done = (value: Awaited<T>) => end(current, current.span.isRecording() ? outcome?.(value) : {});
    const failed = (error: unknown) => end(current, {}, typeOf(error));
    let result: T;
    try {
      result = this.#underWay.run(current, work);
    } catch (error) {
      failed(error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      done(result as Awaited<T>);
      return result;
    }
    const told = (result as Promise<Awaited<T>>).then(
      (value) => {
        done(value);
        return value;
      },
      (error: unknown) => {
        failed(error);
        throw error;
      },
    );
    return told as T;
  }

  request(
    name: string,
    attributes: () => Attributes,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): RequestSpan {
    const context = this.#propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const current = this.#begin(name, SpanKind.SERVER, { attributes: undefined, context });
    if (current.span.isRecording()) current.span.setAttributes(attributes());
    return {
      ids: current.ids,
      run: (work) => this.#underWay.run(current, work),
      end: (more, error) => end(current, more, error),
    };
  }

  ids(): TraceIds | undefined {
    return this.#current()?.ids;
  }

  async stop(): Promise<boolean> {
    try {
      await within(FLUSH_LIMIT, 'bringing the last spans', this.#provider.shutdown());
      return true;
    } catch (error) {
      this.figures.giveUp(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  #current(): Current | undefined {
    const current = this.#underWay.getStore();
    return current?.ended === false ? current : undefined;
  }

  #begin(name: string, kind: SpanKind, { attributes, context, budget }: BeginOptions): Current {
    const span = this.#tracer.startSpan(name, { kind, ...(attributes && { attributes }) }, context);
    const { traceId, spanId } = span.spanContext();
    return {
      span,
      context: trace.setSpan(context, span),
      ids: { trace_id: traceId, span_id: spanId },
      budget: budget ?? { left: MAX_SPANS, out: 0 },
      ended: false,
    };
  }
}

interface BeginOptions {
  readonly attributes: Attributes | undefined;
  readonly context: Context;
  /** Of the trace that it is a part of; a new one where left out. */
  readonly budget?: Current['budget'] | undefined;
}

function isWithin(budget: Current['budget']): boolean {
  if (budget.left > 0) {
    budget.left--;
    return true;
  }
  budget.out++;
  return false;
}

function end(current: Current, attributes: Attributes = {}, error?: string): void {
  if (current.ended) return;
  current.ended = true;
  const { span, budget } = current;
  span.setAttributes({ ...attributes, ...(budget.out > 0 && { 'roomlb.spans_left_out': budget.out }) });
  if (error !== undefined) span.setAttribute('error.type', error).setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** What kind of error, and nothing of its text: an engine or a device may repeat in it what it was sent. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
