/** One connection to a broker, for as long as it lasts: the edge to amqplib. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ChannelModel } from 'amqplib';
import type { AmqpAddress } from './address.ts';
import type { AmqpMessage } from './message.ts';

export interface LinkOptions {
  readonly address: AmqpAddress;
  /** PEM of the authorities that the broker's certificate may be of, with TLS; those of Node where left out. */
  readonly ca: Buffer | undefined;
  /** A topic exchange. */
  readonly exchange: string;
  /** What the broker's operators see it as. */
  readonly name: string;
}

export interface Link {
  /** False: nothing can be published any more. */
  readonly open: boolean;
  /** Resolves with why, once it is not open any more. */
  readonly lost: Promise<string>;
  /** @param settled told whether the broker took it; never where the link is lost before */
  publish(message: AmqpMessage, settled: (taken: boolean) => void): void;
  /** Says goodbye, for a limited time. */
  close(): Promise<void>;
}

/** Seconds; a broker that is silent for twice as long is given up (AMQP 0-9-1, section 4.2.7). */
const HEARTBEAT = 10;
/** Milliseconds for connection, TLS and login. */
const CONNECT_LIMIT = 10_000;
/** Milliseconds for each side's last words. */
const GOODBYE_LIMIT = 1000;
const ACCESS_REFUSED = 403;

/**
 * Connects, and sees to the exchange.
 *
 * @param signal ends the attempt
 * @throws where the broker is away, or refuses; messages never have the password in them
 */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<Link> {
  const cut = new AbortController();
  const giveUp = () => cut.abort();
  signal.addEventListener('abort', giveUp);
  try {
    signal.throwIfAborted();
    const connection = await dial(options, cut.signal);
    // Without a listener its errors would be thrown; they come as refusals, too.
    connection.on('error', () => undefined);
    await declareExchange(connection, options.exchange);
    return await publisher(connection, options.exchange, giveUp);
  } catch (error) {
    cut.abort();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function dial({ address, ca, name }: LinkOptions, signal: AbortSignal): Promise<ChannelModel> {
  const { tls, host, port, user, password, vhost } = address;
  // `signal` is for the socket: the library knows no way to let go of one whose other end hangs.
  const socket = {
    ...{ signal, noDelay: true, keepAlive: true, timeout: CONNECT_LIMIT },
    clientProperties: { connection_name: name },
    ...(ca && { ca }),
  };
  return connect(
    {
      protocol: tls ? 'amqps' : 'amqp',
      ...{ hostname: host, port, username: user, password, heartbeat: HEARTBEAT },
      // The library takes it for a part of a URL.
      vhost: encodeURIComponent(vhost),
    },
    socket,
  );
}

async function declareExchange(connection: ChannelModel, exchange: string): Promise<void> {
  try {
    const channel = await channelOf(connection);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.close();
  } catch (error) {
    if ((error as { code?: unknown }).code !== ACCESS_REFUSED) throw error;
    // A user that may only write: fine where somebody else has made the exchange.
    const channel = await channelOf(connection);
    await channel.checkExchange(exchange).catch(() => {
      throw error;
    });
    await channel.close();
  }
}

async function channelOf(connection: ChannelModel) {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

async function publisher(connection: ChannelModel, exchange: string, cut: () => void): Promise<Link> {
  const channel = await connection.createConfirmChannel();
  let open = true;
  const lost = new Promise<string>((resolve) => {
    const end = (error?: Error) => {
      open = false;
      resolve(error?.message ?? 'the connection ended');
    };
    connection.on('error', end);
    channel.on('error', end);
    connection.on('close', end);
    // Before those who wait for confirmations are told so: the library makes no difference to a refusal. Why comes later.
    channel.prependListener('close', () => {
      open = false;
      setImmediate(end);
    });
  });
  return {
    get open() {
      return open;
    },
    lost,
    publish({ key, content, properties }, settled) {
      channel.publish(exchange, key, content, properties, (error) => {
        if (open) settled(error === null);
      });
    },
    async close() {
      const limit = new AbortController();
      if (open) {
        const goodbye = connection.close().catch(() => undefined);
        await Promise.race([goodbye, sleep(GOODBYE_LIMIT, undefined, limit).catch(() => undefined)]);
      }
      limit.abort();
      cut();
    },
  };
}
