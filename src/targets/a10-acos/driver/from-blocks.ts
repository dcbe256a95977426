/** From the blocks that are rendered to the objects that a device shall have. */
import type { Block, Line } from '../../dialect/text.ts';
import { keyOf, type ManagedObject, type Setting } from '../../driving/objects/model.ts';
import { KINDS, MARK, kindName, type Field, type Kind } from './fields.ts';
import { linked } from './links.ts';

/** VRRP-A is left out: its ids are the device's, whoever uses them. */
export function objectsOf(blocks: readonly Block[], mark: string): ManagedObject[] {
  return blocks.flatMap((block) => objectIn(block, null, mark));
}

function objectIn(block: Block, parent: ManagedObject | null, mark: string): ManagedObject[] {
  const kind = KINDS.find((one) => one.parent === parent?.kind && block.head.startsWith(`${one.head} `));
  if (!kind) return [];
  const words = block.head.slice(kind.head.length + 1).split(' ');
  const identity = Object.fromEntries(kind.identity.map((name, i) => [name, words[i + 1] ?? '']));
  const own = parent === null ? (words[0] ?? '') : words.join(' ');
  const object = linked({
    kind: kindName(kind),
    name: parent === null ? own : `${parent.name} ${own}`,
    parent: parent && keyOf(parent),
    settings: {
      ...identity,
      ...Object.fromEntries(linesOf(block).flatMap((line) => settingsIn(line, kind))),
      ...(parent === null && { [MARK]: mark }),
    },
  });
  return [object, ...blocksOf(block).flatMap((inner) => objectIn(inner, object, mark))];
}

/** `interval 5 timeout 2` says two things; what is as it would be without a word is left out. */
function settingsIn(line: string, kind: Kind): [string, Setting][] {
  const [, interval, timeout] = /^interval (\d+) timeout (\d+)$/.exec(line) ?? [];
  if (timeout !== undefined)
    return [...settingsIn(`interval ${interval}`, kind), ...settingsIn(`timeout ${timeout}`, kind)];
  const field = kind.fields.find((one) => line === one.line || line.startsWith(`${one.line} `));
  if (!field) throw new Error(`no setting of aXAPI is known for ${kindName(kind)}: ${line}`);
  const value = valueOf(line, field);
  return value === field.standard ? [] : [[field.json, value]];
}

function valueOf(line: string, { line: start, type }: Field): Setting {
  const rest = line.slice(start.length + 1);
  if (type === 'flag') return true;
  if (type === 'number') return Number(rest);
  return rest === '' ? start : rest;
}

function linesOf({ body }: Block): string[] {
  return body.filter((line) => typeof line === 'string');
}

function blocksOf({ body }: Block): Block[] {
  return body.filter((line: Line) => typeof line !== 'string');
}
