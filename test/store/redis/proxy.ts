/** A way to a server that can be cut, as when a switch drops all packets: nothing is refused, and nothing comes back. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface Proxy {
  readonly port: number;
  cut(): void;
  /** What was sent meanwhile gets there, late, where its sender still waits. */
  heal(): void;
}

/** To a port of 127.0.0.1; closed at the end of the test. */
export async function startProxy(t: TestContext, to: number): Promise<Proxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let open = true;
  const server = createServer((near) => {
    const pair = [near, connect(to, '127.0.0.1')] as const;
    pairs.add(pair);
    for (const [socket, other] of [pair, [...pair].reverse() as [Socket, Socket]]) {
      // Who resets a connection has its other half closed, too.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
    if (open) join(pair);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const [near] of pairs) near.destroy();
  });
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      open = false;
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    heal() {
      open = true;
      for (const pair of pairs) join(pair);
    },
  };
}

function join([near, far]: readonly [Socket, Socket]): void {
  near.pipe(far).pipe(near);
}
