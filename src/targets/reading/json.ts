/** JSON in which every value knows its line, so that faults can be shown. */

export interface Located {
  /** From 1. */
  readonly line: number;
  /** Of an object, by name; of several with one name the last. Null: it is none. */
  readonly members: ReadonlyMap<string, Located> | null;
  /** Of a list. Null: it is none. */
  readonly items: readonly Located[] | null;
  /** What is neither; null also for what is. */
  readonly scalar: string | number | boolean | null;
}

interface Token {
  readonly line: number;
  readonly text: string;
}

/** No sane configuration nests deeper. */
const MAX_DEPTH = 64;
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\n/g;

/** Undefined for what is no JSON, or nests too deep. */
export function readJson(text: string): Located | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  // It is JSON, so that all that is left to find out is what is where.
  const tokens = tokensOf(text);
  return isTooDeep(tokens) ? undefined : new Reader(tokens).value();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '\n') line++;
    else tokens.push({ line, text: token });
  }
  return tokens;
}

function isTooDeep(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some(({ text }) => {
    if (text === '{' || text === '[') depth++;
    else if (text === '}' || text === ']') depth--;
    return depth > MAX_DEPTH;
  });
}

class Reader {
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  value(): Located {
    const { line, text } = this.#next();
    if (text === '{') {
      const members = new Map<string, Located>();
      this.#until('}', () => {
        const name = JSON.parse(this.#next().text) as string;
        this.#next();
        members.set(name, this.value());
      });
      return { line, members, items: null, scalar: null };
    }
    if (text === '[') {
      const items: Located[] = [];
      this.#until(']', () => items.push(this.value()));
      return { line, members: null, items, scalar: null };
    }
    return { line, members: null, items: null, scalar: JSON.parse(text) as Located['scalar'] };
  }

  #until(end: string, each: () => void): void {
    while (this.#tokens[this.#place]?.text !== end) {
      if (this.#tokens[this.#place]?.text === ',') this.#place++;
      each();
    }
    this.#place++;
  }

  #next(): Token {
    const token = this.#tokens[this.#place++];
    if (!token) throw new Error('JSON ends where JSON.parse() saw more');
    return token;
  }
}

export function textAt(value: Located | undefined, name: string): string | undefined {
  const scalar = value?.members?.get(name)?.scalar;
  return typeof scalar === 'string' ? scalar : undefined;
}

export function numberAt(value: Located | undefined, name: string): number | undefined {
  const scalar = value?.members?.get(name)?.scalar;
  return typeof scalar === 'number' ? scalar : undefined;
}

export function itemsAt(value: Located | undefined, name: string): readonly Located[] {
  return value?.members?.get(name)?.items ?? [];
}
