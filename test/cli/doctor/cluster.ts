/** One node behind one VIP, and engines in front of it. */
export function clusterOf(balancers: string, forwarding = 'nat'): string {
  return `
cluster: small
vips:
  - id: public
    addresses: [203.0.113.10]
    forwarding: ${forwarding}
    signalling: { port: 4443 }
    media: { ports: 40000-40099, idleTimeout: 120s }
nodes:
  - { id: sfu-1, kind: mediasoup, vip: public, addresses: [10.0.1.11], signallingPort: 4443, mediaPorts: 40000-40001 }
balancers: [${balancers}]
`;
}
