/** What operators do to a balancer: nodes, and changes to them, that labs of all engines share. */
import type { Fields } from '../targets/documents.ts';

export const BASE: readonly Fields[] = [
  { id: 'sfu-1', weight: 100 },
  { id: 'sfu-2', weight: 100 },
  { id: 'sfu-3', weight: 200 },
];
export const NEW: Fields = { id: 'sfu-4', weight: 50 };
/** A machine that no topology names at first; it has sfu-2's ports. */
export const SPARE = 'sfu-9';
export const SPARE_ADDRESSES = ['10.0.0.9', 'fd00:1::9'];

const change = (id: string, fields: Fields) =>
  BASE.map((node) => (node.id === id ? { ...node, ...fields } : node));

/**
 * What operators do to a balancer, from the base and back; or from one to the next, which never takes more than one
 * node away, as guards ask for.
 */
export const CHANGES: Readonly<Record<string, readonly Fields[]>> = {
  'a node is added': [...BASE, NEW],
  'a weight changes': change('sfu-1', { weight: 33 }),
  'a node is removed': BASE.filter(({ id }) => id !== 'sfu-2'),
  'a node drains': change('sfu-2', { state: 'draining' }),
  'a node is disabled': change('sfu-2', { state: 'disabled' }),
  'a node is at another address': change('sfu-2', { addresses: SPARE_ADDRESSES }),
  'all of it at once': [
    ...change('sfu-1', { weight: 1, addresses: SPARE_ADDRESSES, mediaPorts: '40002-40003' }).filter(
      ({ id }) => id !== 'sfu-2',
    ),
    { ...NEW, weight: 255 },
  ],
};

/** The base, but that nobody is where sfu-2 is said to be. */
export const NOWHERE = change('sfu-2', { addresses: ['10.0.0.77', 'fd00:1::77'] });

/** Each node with the addresses and media ports that follow from its id, whatever others there are. */
export function placed(nodes: readonly Fields[], media: boolean): Fields[] {
  return nodes.map(({ mediaPorts, ...node }) => {
    const n = Number(String(node.id).split('-')[1]);
    const ports = mediaPorts ?? `${39_998 + 2 * n}-${39_999 + 2 * n}`;
    return { addresses: [`10.0.0.${n}`, `fd00:1::${n}`], ...(media ? { mediaPorts: ports } : {}), ...node };
  });
}
