import { MAX_PREVIEW_ROOMS, Preview } from '../../api/schemas.ts';
import type { DataSource } from '../plugin/provider.ts';
import { answerAttributes, answerValue } from './answer.ts';
import type { Asker } from './asker.ts';
import { WISHES, wishesOf } from './wishes.ts';
import { roomNameFault } from '../../room-name.ts';

const ANSWER = answerAttributes(Preview);

export const placement: DataSource<Asker> = {
  name: 'placement',
  schema: {
    version: 0,
    description:
      'Where the dispatcher would place rooms now, by claims, load and health. Claims nothing: the answer for a room ' +
      'that nobody has claimed may be another one later.',
    attributes: {
      rooms: {
        type: ['list', 'string'],
        presence: 'required',
        description: `Names of rooms, 1 to ${MAX_PREVIEW_ROOMS} of them.`,
        check: (rooms) => {
          if (!Array.isArray(rooms)) return undefined;
          if (rooms.length === 0 || rooms.length > MAX_PREVIEW_ROOMS)
            return `write 1 to ${MAX_PREVIEW_ROOMS} rooms, found ${rooms.length}`;
          const faults = rooms.flatMap((room) =>
            typeof room === 'string' ? (roomNameFault(room) ?? []) : [],
          );
          return faults[0];
        },
      },
      ...WISHES,
      ...ANSWER,
    },
  },
  read: async (config, api, { stopped }) => {
    const wishes = Object.entries(wishesOf(config)).filter(([, value]) => value !== null);
    const body = { rooms: config.rooms, ...Object.fromEntries(wishes) };
    const answer = await api.ask('/v1/placements', { body, stopped });
    return { ...config, ...answerValue(ANSWER, answer) };
  },
};
