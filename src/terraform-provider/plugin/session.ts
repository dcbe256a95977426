/** What a provider's process remembers from one call to the next, and how each call is run. */
import { CodecError, decodeValue, encodeValue } from './codec.ts';
import { DiagnosticError, type Diagnostic } from './diagnostics.ts';
import { log } from './log.ts';
import { PartialError, type Context, type Provider } from './provider.ts';
import type { Schema } from './schema.ts';
import { redact, redactDiagnostic, sensitiveTexts } from './secrets.ts';
import { complete, withoutUnknown } from './tree.ts';
import { objectType } from './type-of.ts';
import { isKnown, isObject, type ObjectValue } from './values.ts';
import { wireDiagnostics } from './wire-diagnostics.ts';

/** A value as messages carry it. */
export type WireValue = { readonly msgpack: Uint8Array; readonly json?: Uint8Array } | null;

export class Session<C> {
  readonly provider: Provider<C>;
  /** What `configure` made; null before, and while the configuration is not known. */
  client: C | null = null;
  secrets: readonly string[] = [];
  #stop = new AbortController();

  constructor(provider: Provider<C>) {
    this.provider = provider;
  }

  stop() {
    this.#stop.abort();
  }

  /** A process that is kept from one command to the next is configured anew by each. */
  begin() {
    this.#stop = new AbortController();
    this.client = null;
    this.secrets = [];
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }
}

/** One call about one kind of thing: what it reads, writes and has to say. */
export class Call<C> {
  readonly session: Session<C>;
  readonly schema: Schema;
  readonly context: Context;
  readonly #doing: string;
  readonly #found: Diagnostic[] = [];
  readonly #secrets = new Set<string>();

  /** @param doing what a fault of the provider is told with: `creating roomlb_node` */
  constructor(session: Session<C>, schema: Schema, doing: string) {
    this.session = session;
    this.schema = schema;
    this.#doing = doing;
    this.context = {
      stopped: session.stopped,
      warn: (diagnostic) => this.tell([{ ...diagnostic, severity: 'warning' }]),
    };
  }

  tell(diagnostics: readonly Diagnostic[]) {
    this.#found.push(...diagnostics);
  }

  get failed(): boolean {
    return this.#found.some(({ severity }) => severity === 'error');
  }

  /** For the message. */
  diagnostics() {
    const secrets = [...this.session.secrets, ...this.#secrets];
    return wireDiagnostics(
      this.#found.map((one) => redactDiagnostic(one, secrets)),
      objectType(this.schema.attributes),
    );
  }

  /** @returns null where there is no object. @throws CodecError */
  decode(wire: WireValue): ObjectValue | null {
    if (!wire || wire.msgpack.length === 0) return null;
    const value = decodeValue(wire.msgpack, objectType(this.schema.attributes));
    if (value === null || !isObject(value)) return null;
    for (const text of sensitiveTexts(this.schema.attributes, value)) this.#secrets.add(text);
    return value;
  }

  /** @throws CodecError where a value is not of its schema */
  encode(value: ObjectValue | null): { msgpack: Uint8Array } {
    const whole = value && complete(this.schema.attributes, value);
    return { msgpack: encodeValue(whole, objectType(this.schema.attributes)) };
  }

  /** Core keeps no state with anything unknown in it: that is told, and null in its place. */
  known(state: ObjectValue): ObjectValue {
    if (isKnown(state)) return state;
    const names = Object.keys(state).filter((name) => !isKnown(state[name] ?? null));
    this.fault(new Error(`${names.join(', ')} is unknown in the new state`));
    return withoutUnknown(state) as ObjectValue;
  }

  /** Does what may fail. @returns undefined where it did; why is among the diagnostics */
  async attempt<T>(work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.explain(error);
      return undefined;
    }
  }

  explain(error: unknown) {
    if (error instanceof DiagnosticError) this.tell(error.diagnostics);
    else if (error instanceof PartialError) this.explain(error.cause);
    else if (this.context.stopped.aborted && isAbort(error)) this.tell([INTERRUPTED]);
    else this.fault(error);
  }

  /** What no configuration is to blame for. */
  fault(error: unknown) {
    const { name, version } = this.session.provider;
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const stack = error instanceof Error ? (error.stack ?? text) : text;
    log('error', redact(`${this.#doing}: ${stack}`, [...this.session.secrets, ...this.#secrets]));
    this.tell([
      {
        severity: 'error',
        summary: `A fault of the provider while ${this.#doing}`,
        detail:
          `${text}\n\nThis is a fault of the provider ${name} ${version}, not of the configuration. ` +
          'Please report it, with what TF_LOG=error prints.',
        ...(error instanceof CodecError && error.path.length > 0 ? { path: error.path } : {}),
      },
    ]);
  }
}

const INTERRUPTED: Diagnostic = {
  severity: 'error',
  summary: 'Interrupted',
  detail: 'Terraform was asked to stop before this was read. Nothing was changed by it.',
};

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || isAbort(error.cause));
}
