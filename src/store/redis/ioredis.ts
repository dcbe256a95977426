/**
 * ioredis, with a hearer for what it lets nobody hear. It makes connections of its own (to sentinels, to ask a cluster
 * for its nodes, to subscribe there), which nobody else gets to see; so this holds for every one, by its prototype.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';

export { Cluster, Redis };

/** What of one matters here, private parts included. */
interface Inside extends EventEmitter {
  readonly connector: { connect(...args: unknown[]): Promise<Socket> };
}
type Method = (this: Inside, ...args: unknown[]) => Promise<unknown>;

const { connect, subscribe } = Redis.prototype as unknown as Record<'connect' | 'subscribe', Method>;
const ignore = (): void => undefined;
const known = new WeakSet<Inside>();

Object.assign(Redis.prototype, {
  connect(this: Inside, ...args: unknown[]) {
    if (!known.has(this)) hearErrors(this);
    return connect.apply(this, args);
  },
  // ioredis subscribes anew by itself, and a connection that is lost meanwhile rejects that (readyHandler).
  subscribe(this: Inside, ...args: unknown[]) {
    const answer = subscribe.apply(this, args);
    answer.catch(ignore);
    return answer;
  },
} satisfies Record<string, Method>);

/**
 * ioredis hears one error of a socket, and a second one would end the process: as when a server says by a TLS alert,
 * after the connection was given up, that it wants a certificate, or that the handshake broke off.
 */
function hearErrors(client: Inside): void {
  known.add(client);
  // A connection that fails is told by the commands that it fails; else ioredis prints it.
  client.on('error', ignore);
  const { connector } = client;
  const dial = connector.connect.bind(connector);
  connector.connect = (...args) => {
    const dialled = dial(...args);
    dialled.then((socket) => socket.on('error', ignore), ignore);
    return dialled;
  };
}
