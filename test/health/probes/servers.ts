/** Small servers on loopback that behave in one way each; all are closed by `close()`. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

export const httpServer = (listener: RequestListener) => listen(createHttpServer(listener));

/** Takes connections and whatever is said, and says nothing. */
export const silentTcp = () => listen(createServer((socket) => socket.resume()));

/** Says the same to everybody and hangs up. */
export const sayingTcp = (text: string) => listen(createServer((socket) => socket.resume().end(text)));

/** A UDP port with what answers on it. */
export async function udpServer(
  answer: (packet: Buffer, send: (reply: Buffer) => void, from: RemoteInfo) => void = () => undefined,
): Promise<Listening> {
  const socket = createSocket('udp4');
  socket.on('message', (packet, from) =>
    answer(packet, (reply) => socket.send(reply, from.port, from.address), from),
  );
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    async close() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** A port where nothing listens, neither UDP nor TCP, for as long as nobody happens to take it. */
export async function closedPort(): Promise<number> {
  const server = await listen(createServer());
  await server.close();
  return server.port;
}
