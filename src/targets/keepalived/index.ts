/**
 * Target `keepalived`: IPVS with health checks, and VRRP for the VIPs whose topology asks for it. A whole
 * keepalived.conf, of which keepalived owns what it says: services that others put into IPVS stay.
 */
import { IPVS_CAPABILITIES } from '../ipvs/rendering.ts';
import type { Target } from '../target.ts';
import { renderConfig } from './config.ts';
import { keepalivedDriver } from './driver/driver.ts';
import { guide } from './guide.ts';
import { needsOf } from './host.ts';
import { readBack } from './read-back.ts';

export const keepalived: Target = {
  name: 'keepalived',
  kind: 'linux',
  title: 'keepalived: IPVS with health checks, VRRP for the VIP',
  capabilities: {
    ...IPVS_CAPABILITIES,
    health: 'HTTP, TCP, STUN (signalling)',
    versions: 'keepalived 2.2.7, Linux 6.1',
  },
  guide,
  readBack,
  driver: keepalivedDriver,
  hostNeeds: needsOf,
  render: renderConfig,
};
