/**
 * Reads a file that RoomLB rendered, as far as its driver compares it: sections, and in them server lines. It
 * takes any other text as well, for which it promises nothing but not to fail.
 */
export interface ConfigSection {
  /** `global`, `defaults`, or the name of a proxy. */
  readonly name: string;
  /** Without indent; the first is the heading. Server lines are not among them. */
  readonly lines: readonly string[];
  readonly servers: readonly ServerLine[];
}

export interface ServerLine {
  readonly name: string;
  /** As written: `10.0.1.11:4443`, `[fd00:1::11]:4443`, `10.0.1.11`. */
  readonly where: string;
  /** What follows the address, as written. */
  readonly words: readonly string[];
}

export interface ParsedConfig {
  /** Comment lines before the first section. */
  readonly comments: readonly string[];
  readonly sections: readonly ConfigSection[];
}

export function parseConfig(text: string): ParsedConfig {
  const comments: string[] = [];
  const sections: { name: string; lines: string[]; servers: ServerLine[] }[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '') continue;
    const section = sections.at(-1);
    if (/^[a-z]/.test(raw)) {
      sections.push({ name: line.split(/\s+/, 2)[1] ?? line, lines: [line], servers: [] });
    } else if (line.startsWith('#')) {
      if (!section) comments.push(line);
    } else if (section) {
      const server = serverLine(line);
      if (server) section.servers.push(server);
      else section.lines.push(line);
    }
  }
  return { comments, sections };
}

export function formatServer({ name, where, words }: ServerLine): string {
  return ['server', name, where, ...words].join(' ');
}

function serverLine(line: string): ServerLine | undefined {
  const [keyword, name, where, ...words] = line.split(/\s+/);
  if (keyword !== 'server' || name === undefined || where === undefined) return undefined;
  return { name, where, words };
}
