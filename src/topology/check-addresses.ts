import type { IpAddress, Node, Vip } from './model.ts';
import { addressPath, type Located, type Parts } from './parts.ts';
import type { Problems } from './problems.ts';

/**
 * Each VIP's addresses are its own. Nodes may share a host's address as long as their ports differ
 * (check-sockets.ts sees to that), but never have a VIP's, in any forwarding mode: with NAT the balancer
 * would forward to itself; with direct server return and tunnels the node does carry the VIP, on its
 * loopback, but is reached by an address of its own.
 */
export function checkAddresses({ vips, nodes }: Parts, problems: Problems): void {
  const owners = new Map<string, string>();
  for (const vip of vips) {
    checkOwnAddresses(vip, problems);
    vip.value.addresses.forEach(({ text }, index) => {
      const owner = owners.get(text);
      if (owner === undefined) owners.set(text, vip.value.id);
      else if (owner !== vip.value.id) {
        problems.fault(
          addressPath(vip, index),
          `${text} is an address of VIP ${owner} already`,
          'give each VIP its own addresses, or make them one VIP',
        );
      }
    });
  }
  for (const node of nodes) {
    checkOwnAddresses(node, problems);
    checkOnePerFamily(node, problems);
    node.value.addresses.forEach(({ text }, index) => {
      const owner = owners.get(text);
      if (owner === undefined) return;
      problems.fault(
        addressPath(node, index),
        `${text} is an address of VIP ${owner}`,
        "write the node's own address, by which the balancer reaches it",
      );
    });
  }
}

function checkOwnAddresses(entity: Located<Vip | Node>, problems: Problems): void {
  const seen = new Set<string>();
  entity.value.addresses.forEach((address, index) => {
    if (seen.has(address.text)) {
      problems.fault(addressPath(entity, index), `${address.text} is listed twice`, 'list each address once');
    }
    seen.add(address.text);
    const flaw = flawOf(address);
    if (flaw === undefined) return;
    problems.fault(addressPath(entity, index), `${address.text} is ${flaw}`, 'write the address of one host');
  });
}

/**
 * Why no host can be reached by it from another; undefined where one can. Reads the canonical text.
 * RFC 6890 (0.0.0.0/8, 255.255.255.255), RFC 5771 (224.0.0.0/4), RFC 4291 sections 2.5.2, 2.5.6 and 2.7.
 */
function flawOf({ family, text }: IpAddress): string | undefined {
  const first = parseInt(text, family === 4 ? 10 : 16);
  if (text === '::' || (family === 4 && first === 0)) return 'not the address of a host (unspecified)';
  if (text === '255.255.255.255') return 'the broadcast address';
  if (family === 4 ? first >> 4 === 0xe : first >> 8 === 0xff) return 'a multicast address';
  // 169.254/16 is routed on some networks; fe80::/10 never is, and engines take no interface with it.
  if (family === 6 && first >> 6 === 0xfe80 >> 6)
    return 'link-local, which means nothing without an interface';
  return undefined;
}

/** Engines list one real server per family and service. */
function checkOnePerFamily(node: Located<Node>, problems: Problems): void {
  const first = new Map<number, string>();
  node.value.addresses.forEach(({ family, text }, index) => {
    const other = first.get(family);
    if (other === undefined) first.set(family, text);
    else if (other !== text) {
      problems.fault(
        addressPath(node, index),
        `${text} is a second IPv${family} address, beside ${other}`,
        'a node has at most one address per family; declare a second node for the other',
      );
    }
  });
}
