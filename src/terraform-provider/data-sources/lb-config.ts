import { RenderedConfig } from '../../api/schemas.ts';
import { recordsOf } from '../../json.ts';
import { failure } from '../plugin/diagnostics.ts';
import type { Context, DataSource } from '../plugin/provider.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';

const ANSWER = answerAttributes(RenderedConfig, ['revision', 'findings', 'rules']);

export const lbConfig: DataSource<Asker> = {
  name: 'lb_config',
  schema: {
    version: 0,
    description:
      'The configuration of an L4 engine or device, rendered by the dispatcher from its topology. What the target ' +
      'cannot carry is a warning, or with `strict` an error.',
    attributes: {
      target: {
        type: 'string',
        presence: 'required',
        description:
          'Name of a target, such as `haproxy`, `keepalived`, `f5-as3`; `roomlb targets` lists them.',
      },
      strict: {
        type: 'bool',
        presence: 'optional',
        description: 'Fail where the target cannot carry all of the intent.',
      },
      text: { type: 'string', presence: 'computed', description: 'Content of the main file.' },
      ...ANSWER,
      files: {
        type: ['map', 'string'],
        presence: 'computed',
        description: 'Path → content of every file, the main one too.',
      },
    },
  },
  read: async (config, api, context) => {
    const target = config.target as string;
    const answer = await api.ask(`/v1/config/${encodeURIComponent(target)}?format=json`, {
      stopped: context.stopped,
    });
    const rest = answerValue(ANSWER, answer);
    const files = textsOf(answer, 'files').map(({ path = '', content = '' }): [string, string] => [
      path,
      content,
    ]);
    const [main] = files;
    report(target, textsOf(answer, 'findings'), config.strict === true || !main, context);
    return { ...config, ...rest, text: main?.[1] ?? null, files: Object.fromEntries(files) };
  },
};

type Texts = Readonly<Record<string, string>>;

/** The texts of each object of a list in an answer. */
function textsOf(answer: unknown, name: string): readonly Texts[] {
  return recordsOf(answer, name).map((record) => {
    const texts = Object.entries(record).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return Object.fromEntries(texts);
  });
}

/** Notes are in the comments of the files as well; what is lost is told here. */
function report(target: string, findings: readonly Texts[], strict: boolean, { warn }: Context): void {
  const lost = findings.filter(({ level }) => level !== 'note');
  if (lost.length === 0) return;
  const summary = `${target} cannot carry all of the intent`;
  const detail = lost
    .map(({ level = '', message = '', hint = '' }) => `${level}: ${message} (${hint})`)
    .join('\n');
  const path = ['target'];
  if (strict) throw failure(summary, detail, path);
  warn({ summary, detail, path });
}
