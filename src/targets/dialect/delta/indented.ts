/** Changes of devices whose configuration is indented: IOS, NX-OS, ACE, ACOS. */
import type { Intent } from '../../../intent/model.ts';
import type { ChangesByCommand } from '../../target.ts';
import { indented, type Block } from '../text.ts';
import { treeDelta, type TreeRules } from './tree.ts';

export interface IndentedDialect {
  readonly comment: string;
  /** What belongs to a line is indented by this. */
  readonly indent: string;
  /** The configuration that an intent is rendered to. */
  readonly blocksOf: (intent: Intent) => readonly Block[];
  readonly rules: TreeRules;
}

export function indentedChanges({ comment, indent, blocksOf, rules }: IndentedDialect): ChangesByCommand {
  return {
    comment,
    between: (from, to) => {
      const { drain, change } = treeDelta(blocksOf(from), blocksOf(to), rules);
      return { drain: indented(drain, indent), change: indented(change, indent) };
    },
  };
}
