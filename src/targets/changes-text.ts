/** The commands that change a device, as a person pastes them: each part says what it is for. */
import type { Intent } from '../intent/model.ts';
import type { ChangesByCommand, DeviceChanges, Target } from './target.ts';

/** Deterministic; without a command in it where both intents mean the same to the device. */
export function changesText(
  target: Target & { readonly changes: ChangesByCommand },
  from: Intent,
  to: Intent,
): string {
  const { comment, between } = target.changes;
  const title = `Changes by roomlb for ${target.name}. Cluster ${to.cluster}, revision ${from.revision} to ${to.revision}.`;
  const lines = [title, ...said(between(from, to))];
  return (
    lines.map((line) => (typeof line === 'string' ? `${comment} ${line}` : line.command)).join('\n') + '\n'
  );
}

type Said = string | { readonly command: string };

function said({ drain, change }: DeviceChanges): Said[] {
  if (drain.length + change.length === 0) return ['Nothing to change.'];
  const commands = (list: readonly string[]): Said[] => list.map((command) => ({ command }));
  if (drain.length === 0) return commands(change);
  return [
    'First: members that leave take nothing new. What they have goes on.',
    ...commands(drain),
    'Then, when that may be cut:',
    ...commands(change),
  ];
}
