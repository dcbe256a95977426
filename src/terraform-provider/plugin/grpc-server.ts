/** The provider's side of the plugin protocol: gRPC over a unix socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type MethodDefinition,
  type StatusObject,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Certificate } from './certificate.ts';
import { log } from './log.ts';
import { decodeMessage, encodeMessage } from './messages.ts';
import { methods, type Message, type Method } from './methods.ts';
import type { Provider } from './provider.ts';
import { Session } from './session.ts';

export interface ServerOptions {
  /** With the certificate of the only client; without, whoever may open the socket is served. */
  readonly tls?: { readonly own: Certificate; readonly clientPem: string };
  /** Where the socket is put, in a folder that only its owner can enter. */
  readonly folder?: string;
  readonly onShutdown?: () => void;
}

export interface PluginServer {
  readonly socket: string;
  /** How many calls are being answered. */
  readonly busy: () => number;
  /** Ends all connections and removes the socket. */
  readonly close: () => void;
}

/** As terraform's own limit for what a provider sends. */
const MAX_MESSAGE_BYTES = 64 << 20;

/** @throws Error where the socket cannot be made */
export async function listen<C>(provider: Provider<C>, options: ServerOptions = {}): Promise<PluginServer> {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  });
  const running = { count: 0 };
  add(server, '/tfplugin6.Provider/', methods(new Session(provider)), running);
  add(
    server,
    '/plugin.GRPCController/',
    {
      Shutdown: {
        request: 'Empty',
        response: 'Empty',
        handle: () => {
          // The answer goes out first.
          setImmediate(() => options.onShutdown?.());
          return {};
        },
      },
    },
    { count: 0 },
  );
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'roomlb-'));
  const socket = join(folder, 'provider');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await bind(server, socket, credentials(options));
  } catch (error) {
    remove();
    throw new Error(`cannot listen at ${socket}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  return {
    socket,
    busy: () => running.count,
    close: () => {
      server.forceShutdown();
      remove();
    },
  };
}

function add(
  server: Server,
  prefix: string,
  all: Readonly<Record<string, Method>>,
  running: { count: number },
) {
  const service: Record<string, MethodDefinition<Message, Message>> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [name, { request, response, handle }] of Object.entries(all)) {
    service[name] = {
      path: prefix + name,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message) => encodeMessage(request, message),
      requestDeserialize: (bytes) => decodeMessage(request, bytes),
      responseSerialize: (message) => encodeMessage(response, message),
      responseDeserialize: (bytes) => decodeMessage(response, bytes),
    };
    const unary: handleUnaryCall<Message, Message> = (call, answer) => {
      running.count += 1;
      void answered(name, async () => handle(call.request)).then(({ error, message }) => {
        running.count -= 1;
        answer(error, message);
      });
    };
    implementation[name] = unary;
  }
  server.addService(service, implementation);
}

/** Handlers tell what goes wrong in their answers; that they throw tells of a message that makes no sense. */
async function answered(
  name: string,
  handle: () => Promise<Message>,
): Promise<{ error: Partial<StatusObject> | null; message?: Message }> {
  try {
    return { error: null, message: await handle() };
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log('error', `${name}: ${stack ?? message}`);
    return { error: { code: status.INTERNAL, details: message } };
  }
}

function credentials({ tls }: ServerOptions): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.own.keyPem), cert_chain: Buffer.from(tls.own.certificatePem) };
  return ServerCredentials.createSsl(Buffer.from(tls.clientPem), [pair], true);
}

function bind(server: Server, socket: string, how: ServerCredentials): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, how, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
