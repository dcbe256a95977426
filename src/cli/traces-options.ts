/**
 * Whether serve traces, and where to: by its option, or by the environment variables that OpenTelemetry has for it,
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/. Those that are not read here, the SDK reads itself.
 */
import type { Command } from 'commander';
import { CliError, EXIT } from './exit.ts';

export interface TracesOptions {
  readonly traces?: string;
}

export interface Collector {
  /** With its path. */
  readonly url: string;
  /** For people: without its query. */
  readonly place: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Below a collector's base URL, by the protocol. */
const PATH = '/v1/traces';
const SAMPLERS = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';

export function addTracesOptions(command: Command): Command {
  return command.option(
    '--traces <url>',
    'send OpenTelemetry traces to this collector (OTLP over HTTP), instead of OTEL_EXPORTER_OTLP_ENDPOINT',
  );
}

/** Undefined where nothing is to be traced. @throws CliError for bad input, which never repeats a URL */
export function collectorOf({ traces }: TracesOptions, env: Env = process.env): Collector | undefined {
  // By the standard, an empty value is none.
  const valueOf = (name: string) => (env[name]?.trim() === '' ? undefined : env[name]?.trim());
  if (valueOf('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const collector = traces === undefined ? byEnvironment(valueOf) : byOption(traces);
  if (!collector) return undefined;
  checkProtocol(valueOf);
  checkSampler(valueOf);
  return collector;
}

type ValueOf = (name: string) => string | undefined;

function byOption(text: string): Collector {
  const url = parsed('--traces', text);
  // Every user of the host sees arguments.
  if (url.search !== '') throw bad('--traces', `takes no query; what is secret belongs in ${HEADERS}`);
  if (url.pathname === '/') url.pathname = PATH;
  return collectorAt(url);
}

function byEnvironment(valueOf: ValueOf): Collector | undefined {
  const exporter = valueOf('OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (exporter === 'none') return undefined;
  if (exporter !== 'otlp') throw bad('OTEL_TRACES_EXPORTER', 'takes otlp or none');
  const [own, all] = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const;
  const [ownValue, allValue] = [valueOf(own), valueOf(all)];
  if (ownValue !== undefined) return collectorAt(parsed(own, ownValue));
  if (allValue === undefined) return undefined;
  const url = parsed(all, allValue);
  url.pathname = url.pathname.replace(/\/?$/, PATH);
  return collectorAt(url);
}

function parsed(what: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw bad(what, 'write http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:4318');
  if (url.username !== '' || url.password !== '')
    throw bad(what, `must have no user and password in it; write ${HEADERS}=authorization=Basic%20… instead`);
  return url;
}

function collectorAt(url: URL): Collector {
  url.hash = '';
  return { url: url.href, place: url.origin + url.pathname };
}

function checkProtocol(valueOf: ValueOf): void {
  const names = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
  const name = names.find((one) => valueOf(one) !== undefined);
  if (name === undefined || valueOf(name) === 'http/protobuf') return;
  throw bad(
    name,
    'traces go by http/protobuf alone, which collectors take at port 4318; ' +
      `set ${names[0]}=http/protobuf, or OTEL_TRACES_EXPORTER=none`,
  );
}

/** The SDK would go on with another one. */
function checkSampler(valueOf: ValueOf): void {
  const [name, arg] = ['OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'];
  const sampler = valueOf(name);
  if (sampler === undefined) return;
  if (!SAMPLERS.includes(sampler)) throw bad(name, `takes ${SAMPLERS.join(', ')}`);
  if (!sampler.endsWith('traceidratio')) return;
  const share = Number(valueOf(arg) ?? NaN);
  if (!(share >= 0 && share <= 1)) throw bad(arg, `${sampler} needs a share from 0 to 1, such as 0.1`);
}

function bad(what: string, why: string): CliError {
  return new CliError(EXIT.badInput, `${what}: ${why}`);
}
