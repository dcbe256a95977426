import { roomNameFault } from '../../room-name.ts';
import { Explanation } from '../../api/schemas.ts';
import { queryOf } from '../../http/query.ts';
import type { DataSource } from '../plugin/provider.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';
import { WISHES, wishesOf } from './wishes.ts';

const ANSWER = answerAttributes(Explanation, [
  'hash',
  'algorithm',
  'loadBound',
  'wishes',
  'claim',
  'allocation',
  'pin',
  'candidates',
  'rules',
]);

export const explain: DataSource<Asker> = {
  name: 'explain',
  schema: {
    version: 0,
    description:
      'Why a room is where it is, or would be: each candidate with its verdict, and the rules of the balancers that ' +
      'lead to its node.',
    attributes: {
      room: {
        type: 'string',
        presence: 'required',
        description: "The room's name.",
        check: (room) => (typeof room === 'string' ? roomNameFault(room) : undefined),
      },
      targets: {
        type: ['list', 'string'],
        presence: 'optional',
        description:
          'Targets whose rules are wanted; where left out those of `balancers`, else engines of Linux hosts.',
      },
      ...WISHES,
      ...ANSWER,
    },
  },
  read: async (config, api, { stopped }) => {
    const { room, targets } = config;
    const target = Array.isArray(targets) ? targets.join(',') : null;
    const query = queryOf({ ...wishesOf(config), target });
    const answer = await api.ask(`/v1/explain/rooms/${encodeURIComponent(room as string)}${query}`, {
      stopped,
    });
    return { ...config, ...answerValue(ANSWER, answer) };
  },
};
