/** What VIPs and nodes are called, and what else is read off their services. */
import type { IpAddress } from '../topology/model.ts';
import type { SeenService } from '../targets/seen.ts';

/** An id that the device told, or one made of the first address. */
export function nameOf(
  key: string,
  told: string | null,
  prefix: string,
  addresses: readonly IpAddress[],
): string {
  if (told !== null) return told;
  return key.startsWith('n:')
    ? key.slice(2)
    : `${prefix}-${(addresses[0]?.text ?? '').replaceAll(/[.:]+/g, '-')}`;
}

/** In the order of their first appearance. */
export function distinct(addresses: readonly IpAddress[]): IpAddress[] {
  return [...new Map(addresses.map((address) => [address.text, address])).values()];
}

/** The lowest of their ports; infinite where there is none. */
export function lowest(services: readonly SeenService[]): number {
  return Math.min(...services.map(({ ports }) => ports.first));
}
