/**
 * A fake provider, which has schemas and does nothing. Terraform's core checks a configuration against them by itself;
 * resources are mocked by `mock_provider`. The provider that it takes the place of cannot be had offline.
 *
 * It runs in this process: Terraform is told where by TF_REATTACH_PROVIDERS, and then wants no TLS of it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { RecoveredSchema } from './cdktf-schema.ts';
import { encodeSchemas } from './schema-provider-wire.ts';

export interface SchemaProvider {
  /** The environment that makes Terraform use it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): void;
}

/** What core asks of a provider whose resources are mocked. To all but the first the answer is: nothing is wrong. */
const METHODS = [
  'GetProviderSchema',
  'ValidateProviderConfig',
  'ValidateResourceConfig',
  'ValidateDataResourceConfig',
  'ConfigureProvider',
  'StopProvider',
];

/** @param source such as `hashicorp/aws` */
export async function startSchemaProvider(
  source: string,
  schemas: readonly RecoveredSchema[],
): Promise<SchemaProvider> {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-schema-'));
  const socket = join(folder, 'provider');
  const answer = Buffer.from(encodeSchemas(schemas));
  const server = new Server();
  server.addService(
    Object.fromEntries(METHODS.map((method) => [method, rawMethod(method)])),
    Object.fromEntries(
      METHODS.map((method) => [
        method,
        (_: unknown, done: (error: null, bytes: Buffer) => void) =>
          done(null, method === 'GetProviderSchema' ? answer : Buffer.alloc(0)),
      ]),
    ),
  );
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  const reattach = {
    [`registry.terraform.io/${source}`]: {
      Protocol: 'grpc',
      ProtocolVersion: 6,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'unix', String: socket },
    },
  };
  return {
    env: { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) },
    stop: () => {
      server.forceShutdown();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers are bytes already, and requests are of no interest. */
function rawMethod(method: string) {
  return {
    path: `/tfplugin6.Provider/${method}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  };
}
