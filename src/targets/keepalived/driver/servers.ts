/** Virtual servers of a keepalived.conf of RoomLB's own, as what they come to in IPVS. */
import { formatEndpoint, parseAddress } from '../../../topology/address.ts';
import { DRAINED } from '../drained.ts';
import { blocksOf, innerBlocks, type Block } from './blocks.ts';

export interface Server {
  /** Of the service in the intent. */
  readonly id: string;
  /** Of the VIP. */
  readonly address: string;
  /** As ipvsadm names it: one per port. */
  readonly names: readonly { readonly name: string; readonly port: number }[];
  /** `-s wrr -p 300` */
  readonly options: string;
  readonly lines: readonly string[];
  readonly members: readonly ServerMember[];
}

export interface ServerMember {
  readonly node: string;
  readonly address: string;
  /** Its own; null: the packet's. */
  readonly port: number | null;
  /** `-m` */
  readonly options: string;
  readonly weight: number;
  /** keepalived holds it at weight 0 while its checks fail. */
  readonly isChecked: boolean;
  readonly lines: readonly string[];
}

const FORWARDING: Readonly<Record<string, string>> = { NAT: '-m', DR: '-g', TUN: '-i' };
const DRAINED_LINE = DRAINED.check[1].trim();

export function serversOf(text: string): Server[] {
  const { blocks } = blocksOf(text);
  const groups = new Map<string, Block>();
  for (const block of blocks) {
    const name = /^virtual_server_group (\S+)$/.exec(block.head)?.[1];
    if (name !== undefined) groups.set(name, block);
  }
  return blocks.flatMap((block): Server[] => {
    const [, group] = /^virtual_server group (\S+)$/.exec(block.head) ?? [];
    if (group !== undefined) {
      const entries = groups.get(group)?.body ?? [];
      return [serverOf(group.slice(0, group.lastIndexOf('/')), entries, block, entries)];
    }
    const [, endpoint] = /^virtual_server (\S+ \d+)$/.exec(block.head) ?? [];
    return endpoint === undefined || block.id === null ? [] : [serverOf(block.id, [endpoint], block, [])];
  });
}

function serverOf(id: string, entries: readonly string[], block: Block, more: readonly string[]): Server {
  const { plain, inner } = innerBlocks(block.body);
  const setting = (name: string) =>
    plain.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const protocol = setting('protocol') === 'UDP' ? '-u' : '-t';
  const persistence = setting('persistence_timeout');
  const node = id.split('/')[2];
  return {
    id,
    address: entries[0]?.split(' ')[0] ?? '',
    names: entries.map((entry) => {
      const [address = '', port = ''] = entry.split(' ');
      return { name: `${protocol} ${endpoint(address, port)}`, port: Number(port) };
    }),
    options: `-s ${setting('lb_algo')}${persistence === '' ? '' : ` -p ${persistence}`}`,
    lines: [block.head, ...more, ...plain],
    members: inner
      .filter(({ head }) => head.startsWith('real_server '))
      .map((server) => memberOf(server, node, FORWARDING[setting('lb_kind')] ?? setting('lb_kind'))),
  };
}

function memberOf({ id, head, body }: Block, node: string | undefined, options: string): ServerMember {
  const [, address = '', port] = head.split(' ');
  const weight = Number(body.find((line) => line.startsWith('weight '))?.slice('weight '.length));
  return {
    node: node ?? id ?? address,
    address,
    port: port === undefined ? null : Number(port),
    options,
    weight: body.includes(DRAINED_LINE) ? 0 : weight,
    isChecked: body.includes('inhibit_on_failure'),
    lines: [head, ...body],
  };
}

/** IPv6 in brackets, as ipvsadm has it. */
export function endpoint(address: string, port: number | string): string {
  return formatEndpoint(parseAddress(address) ?? { family: 4, text: address }, port);
}
