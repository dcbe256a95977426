/** Services of one member: a node's own signalling port, and its TCP media ports. */
import type { Member, VirtualService } from '../../intent/model.ts';
import { mediaName, nodeSignallingName } from './names.ts';
import { binds, httpMode, section, serverAddress, tcpIdle } from './section.ts';
import type { BindOptions, Section } from './section.ts';

/** Bytes are passed on as they are, unless TLS ends here: then the node wants to know the client's address. */
export function nodeSignalling(service: VirtualService, options: BindOptions): Section {
  const mode = service.tls === 'terminate' ? httpMode(service) : tcpIdle(service);
  return listen(service, nodeSignallingName, mode, () => [], options);
}

/** A range of ports, each to the same port of the node. */
export function media(service: VirtualService, options: BindOptions): Section {
  return listen(service, mediaName, tcpIdle(service), (member) => drainWords(member, service), options);
}

function listen(
  service: VirtualService,
  naming: (vip: string, node: string) => string,
  mode: readonly string[],
  extra: (member: Member) => readonly string[],
  options: BindOptions,
): Section {
  const [member] = service.members;
  if (!member) return { lines: [], rules: [] };
  const { node } = member;
  const name = naming(service.vip, node);
  const fronts = binds(service, options);
  const server = ['server', node, serverAddress(member, service), ...extra(member)].join(' ');
  return {
    lines: section('listen', name, [...fronts.map((front) => front.line), ...mode, server]),
    rules: fronts.map(({ endpoint, line }) => ({
      key: `${name} ${endpoint}`,
      text: `${line} -> ${server}`,
      node,
    })),
  };
}

/**
 * What draining does to media. `keep-flows`: weight 0, so new connections are refused and old ones go on.
 * `flush`: the server is in maintenance from the start, and one that is put there at run time has its
 * connections cut (`on-marked-down`, which covers maintenance as well).
 */
function drainWords(member: Member, service: VirtualService): string[] {
  if (service.drain === 'flush') {
    const cut = 'on-marked-down shutdown-sessions';
    return member.weight === 0 ? ['disabled', cut] : [cut];
  }
  return member.weight === 0 ? ['weight 0'] : [];
}
