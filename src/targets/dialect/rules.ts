/** Forwarding rules as devices have them: a front, and the members behind it. */
import type { VirtualService } from '../../intent/model.ts';
import type { Rule } from '../target.ts';

export interface FrontRules {
  readonly key: string;
  /** What the device is told of the front. */
  readonly text: string;
  readonly members: readonly { readonly node: string; readonly text: string }[];
}

/** Where several members share a front, each is a rule beside it; else the front is one with its member. */
export function frontRules({ role }: VirtualService, { key, text, members }: FrontRules): Rule[] {
  if (role !== 'signalling') {
    return members.map((member) => ({ key, text: `${text} ${member.text}`, node: member.node }));
  }
  return [
    { key, text, node: null },
    ...members.map((member) => ({ key: `${key} ${member.node}`, text: member.text, node: member.node })),
  ];
}
