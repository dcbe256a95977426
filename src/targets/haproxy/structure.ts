/**
 * The structure of a file: all of it that only a reload can change. Its hash stands in the file as HAProxy's
 * `description`, which a running process tells on its stats socket; so one can see which structure it runs,
 * whatever happened to the file since. What the run-time API can change is left out: addresses, weights,
 * maintenance, ports of checks, and which members a shared pool has.
 */
import { createHash } from 'node:crypto';
import { CHECK_TIMING } from './checks.ts';
import { isPoolName, isSpareName } from './names.ts';
import { parseConfig, type ConfigSection, type ServerLine } from './parse.ts';

const DESCRIPTION = 'description roomlb:';
/** The description goes below it. */
const ABOVE = 'chroot ';

/** The lines with the description put in. */
export function withStructure(lines: readonly string[]): string[] {
  const description = `    ${DESCRIPTION}${structureOf(lines.join('\n'))}`;
  return lines.flatMap((line) => (line.trimStart().startsWith(ABOVE) ? [line, description] : [line]));
}

/** 16 hex digits. Comments, and what the file says of its structure itself, don't count. */
export function structureOf(text: string): string {
  const { sections } = parseConfig(text);
  const lines = sections.flatMap((section) => [
    ...section.lines.filter((line) => !line.startsWith(DESCRIPTION)),
    ...serverStructure(section),
  ]);
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

/** What `show info` says as `description:`; null where that is not RoomLB's. */
export function describedStructure(description: string): string | null {
  return /^roomlb:([0-9a-f]{16})$/.exec(description)?.[1] ?? null;
}

/**
 * Members of this section can be added and removed at run time. Not where they follow a twin's checks: no
 * server can be removed that another one tracks.
 */
export function hasRunTimeMembers({ name, servers }: ConfigSection): boolean {
  return isPoolName(name) && !servers.some(({ words }) => words.includes('track'));
}

function serverStructure(section: ConfigSection): string[] {
  if (!hasRunTimeMembers(section)) return section.servers.map(fixedWords);
  const spares = section.servers.filter(({ name }) => isSpareName(name));
  return [`members ${CHECK_TIMING}`, ...spares.map(fixedWords)];
}

/** Words that are of one piece with what follows them, and can be set at run time. */
const SETTABLE = new Set(['weight', 'port']);
/** Words that the driver sets, or does the work of, itself. */
const STATE = new Set(['disabled', 'on-marked-down', 'shutdown-sessions']);

function fixedWords({ name, words }: ServerLine): string {
  const fixed = words.filter(
    (word, i) => !STATE.has(word) && !SETTABLE.has(word) && !SETTABLE.has(words[i - 1] ?? ''),
  );
  return ['server', name, ...fixed].join(' ');
}
