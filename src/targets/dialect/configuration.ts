/** A device's configuration as blocks, and the one file that it is written to. */
import type { Intent } from '../../intent/model.ts';
import type { Rendering, Rule } from '../target.ts';
import type { Carried } from './carried.ts';
import { deviceHeader } from './header.ts';
import type { Block } from './text.ts';

export interface Configuration extends Carried {
  readonly blocks: readonly Block[];
  readonly rules: readonly Rule[];
}

export interface ConfigurationFile {
  /** Name of the target, as in the header. */
  readonly target: string;
  readonly path: string;
  /** How to load it, and what it leaves alone: lines of the header. */
  readonly purpose: readonly string[];
  /** What a comment begins with. */
  readonly comment: string;
  readonly lines: (blocks: readonly Block[]) => readonly string[];
}

/** No file where services were asked for and the device carries none. */
export function renderConfiguration(
  intent: Intent,
  { services, findings, blocks, rules }: Configuration,
  { target, path, purpose, comment, lines }: ConfigurationFile,
): Rendering {
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };
  const text = [...deviceHeader(target, intent, purpose, findings, comment), ...lines(blocks), ''];
  return { files: [{ path, content: text.join('\n') }], rules, findings };
}
