/** A little collector of traces on loopback, which decodes what is really sent to it: OTLP over HTTP, protobuf. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import protobuf from 'protobufjs';

/** What of opentelemetry/proto/trace/v1/trace.proto and its imports matters here; field numbers are theirs. */
const REQUEST = protobuf
  .parse(
    `
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Scope { string name = 1; string version = 2; }
message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes parent_span_id = 4;
  string name = 5;
  Kind kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  Status status = 15;
}
enum Kind { UNSPECIFIED = 0; INTERNAL = 1; SERVER = 2; CLIENT = 3; PRODUCER = 4; CONSUMER = 5; }
message Status { string message = 2; Code code = 3; }
enum Code { UNSET = 0; OK = 1; ERROR = 2; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
}
`,
    { keepCase: false },
  )
  .root.lookupType('Request');

type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it has none. */
  readonly parentId: string;
  readonly kind: string;
  readonly status: string;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  /** Nanoseconds. */
  readonly took: bigint;
}

export interface Collector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Bodies as they came, to look for what must not be in there. */
  readonly bodies: readonly Buffer[];
  readonly headers: readonly IncomingHttpHeaders[];
  readonly paths: readonly string[];
  /** The only span of that name; fails where there is none, or more than one. */
  only(name: string): CollectedSpan;
  childrenOf(parent: CollectedSpan): readonly CollectedSpan[];
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** @param answer what becomes of requests that were read; taken over where left out */
export async function startCollector(t: TestContext, answer?: Answer): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const bodies: Buffer[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      paths.push(request.url ?? '');
      headers.push(request.headers);
      bodies.push(body);
      if (answer) {
        answer(request, response);
        return;
      }
      spans.push(...decode(body));
      response.setHeader('content-type', 'application/x-protobuf').end();
    });
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, bodies, headers, paths },
    only(name) {
      const found = spans.filter((span) => span.name === name);
      const all = spans.map((span) => span.name).join(', ');
      assert.equal(found.length, 1, `one span ${name} among ${all}`);
      return found[0]!;
    },
    childrenOf: ({ spanId }) => spans.filter(({ parentId }) => parentId === spanId),
  };
}

interface RawValue {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}
interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly RawValue[];
  readonly status?: { readonly code?: string; readonly message?: string };
}
interface RawRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly RawValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly RawSpan[] }[];
  }[];
}

function decode(body: Buffer): CollectedSpan[] {
  const options = { bytes: String, longs: String, enums: String };
  const { resourceSpans } = REQUEST.toObject(REQUEST.decode(body), options) as RawRequest;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap((scope) =>
      scope.spans.map((span) => collected(span, attributesOf(resource.attributes))),
    ),
  );
}

function collected(span: RawSpan, resource: Attributes): CollectedSpan {
  return {
    name: span.name,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentId: hex(span.parentSpanId),
    kind: span.kind,
    status: span.status?.code ?? 'UNSET',
    attributes: attributesOf(span.attributes),
    resource,
    took: BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
  };
}

function attributesOf(values: readonly RawValue[] = []): Attributes {
  return Object.fromEntries(
    values.map(({ key, value: { intValue, stringValue, boolValue, doubleValue } }) => [
      key,
      intValue === undefined ? (stringValue ?? boolValue ?? doubleValue ?? '') : Number(intValue),
    ]),
  );
}

function hex(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
