import type { assignment } from '../media-node/support.ts';

/** A topology of one node, on the loopback addresses that the test was given. */
export function oneNode({
  addresses,
  vip,
  healthPort,
  signallingPort,
}: ReturnType<typeof assignment>): string {
  return JSON.stringify({
    cluster: 'test',
    vips: [{ id: 'public', addresses: vip.addresses, forwarding: 'nat', media: { ports: '40000-40099' } }],
    nodes: [
      {
        ...{ id: 'sfu-1', kind: 'mediasoup', vip: 'public', addresses, healthPort, signallingPort },
        mediaPorts: '40000',
      },
    ],
  });
}
