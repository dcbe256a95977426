/**
 * Who holds a VIP among several DPVS: VRRP, which runs on the kernel's side of a DPDK port, while the address goes to
 * DPVS (netlink_ipaddress() in vrrp_ipaddress.c of its keepalived).
 */
import type { IntentVip } from '../../intent/model.ts';
import { finding } from '../findings.ts';
import type { InterfaceWords } from '../keepalived/vrrp.ts';
import type { Finding } from '../target.ts';

const KERNEL_SIDE = '.kni';

/** Linux: IFNAMSIZ without its final zero. */
const MAX_NAME = 15;

/** The DPDK port that is meant, whichever of its two names stands there. */
function portOf(device: string): string {
  return device.endsWith(KERNEL_SIDE) ? device.slice(0, -KERNEL_SIDE.length) : device;
}

export const VRRP_WORDS: InterfaceWords = {
  instance: (device) => [`interface ${portOf(device)}${KERNEL_SIDE}`, `dpdk_interface ${portOf(device)}`],
  // No `dev`: it would be a device of the kernel, while these go to dpdk_interface.
  address: (prefix) => prefix,
};

export function hasVrrp({ vrrp }: IntentVip): boolean {
  return vrrp !== null && !isTooLong(vrrp.interface);
}

export function vrrpNameFindings(vips: readonly IntentVip[]): Finding[] {
  return finding(
    vips.filter(({ vrrp }) => vrrp && isTooLong(vrrp.interface)),
    'degraded',
    `several hosts cannot share these by VRRP: the kernel's side of a DPDK port is PORT${KERNEL_SIDE}, in ${MAX_NAME} characters`,
    `give the port a name of up to ${MAX_NAME - KERNEL_SIDE.length} characters in dpvs.conf, and name it as vrrp.interface`,
  );
}

function isTooLong(device: string): boolean {
  return portOf(device).length + KERNEL_SIDE.length > MAX_NAME;
}
