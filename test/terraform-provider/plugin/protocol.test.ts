/** What Terraform itself gives no way to see. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { makeCertificate } from '../../../src/terraform-provider/plugin/certificate.ts';
import { decodeValue, encodeValue } from '../../../src/terraform-provider/plugin/codec.ts';
import { listen, type ServerOptions } from '../../../src/terraform-provider/plugin/grpc-server.ts';
import {
  decodeMessage,
  encodeMessage,
  type MessageName,
} from '../../../src/terraform-provider/plugin/messages.ts';
import { objectType } from '../../../src/terraform-provider/plugin/type-of.ts';
import { BigNumber, type ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { toy } from './toy.ts';

type Message = Readonly<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any

async function started(t: TestContext, options: ServerOptions = {}) {
  const one = toy(2);
  const server = await listen(one.provider, options);
  t.after(() => server.close());
  return { ...one, socket: server.socket };
}

function call(client: Client, name: string, message: object, response: MessageName): Promise<Message> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      name,
      (request: object) => encodeMessage(REQUESTS[name] ?? 'Empty', request as Message),
      (bytes) => decodeMessage(response, bytes),
      message,
      (error: ServiceError | null, answer?: Message) => {
        if (error) reject(error);
        else resolve(answer ?? {});
      },
    );
  });
}

const UPGRADE = '/tfplugin6.Provider/UpgradeResourceState';
const METADATA = '/tfplugin6.Provider/GetMetadata';
const REQUESTS: Readonly<Record<string, MessageName>> = { [UPGRADE]: 'UpgradeResourceStateRequest' };

function connect(t: TestContext, socket: string, how = credentials.createInsecure()): Client {
  const client = new Client(`unix:${socket}`, how, { 'grpc.ssl_target_name_override': 'localhost' });
  t.after(() => client.close());
  return client;
}

function withCertificate(
  server: ReturnType<typeof makeCertificate>,
  own?: ReturnType<typeof makeCertificate>,
) {
  const root = Buffer.from(server.certificatePem);
  return own
    ? credentials.createSsl(root, Buffer.from(own.keyPem), Buffer.from(own.certificatePem))
    : credentials.createSsl(root);
}

test('only the client whose certificate was named is served', async (t) => {
  const [own, client, stranger] = [makeCertificate(), makeCertificate(), makeCertificate()];
  const { socket } = await started(t, { tls: { own, clientPem: client.certificatePem } });
  const found = await call(
    connect(t, socket, withCertificate(own, client)),
    METADATA,
    {},
    'GetMetadataResponse',
  );
  assert.deepEqual(found.resources, [{ type_name: 'toy_thing' }]);
  for (const how of [withCertificate(own, stranger), withCertificate(own), credentials.createInsecure()]) {
    await assert.rejects(call(connect(t, socket, how), METADATA, {}, 'GetMetadataResponse'), {
      code: status.UNAVAILABLE,
    });
  }
});

test('the socket is in a folder that only its owner can enter, and goes with the server', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-protocol-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const server = await listen(toy().provider, { folder });
  assert.equal(statSync(dirname(server.socket)).mode & 0o777, 0o700);
  server.close();
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(listen(toy().provider, { folder: join(folder, 'x'.repeat(100)) }));
});

test('what this provider does not do is told to be unimplemented', async (t) => {
  const { socket } = await started(t);
  const client = connect(t, socket);
  for (const name of ['OpenEphemeralResource', 'ListResource', 'GetResourceIdentitySchemas']) {
    await assert.rejects(call(client, `/tfplugin6.Provider/${name}`, {}, 'Empty'), {
      code: status.UNIMPLEMENTED,
    });
  }
});

test('a state keeps its numbers to the last digit, drops what is not known and is refused where it is too old', async (t) => {
  const { socket, provider } = await started(t);
  const client = connect(t, socket);
  const upgrade = (version: number, raw_state: object) =>
    call(client, UPGRADE, { type_name: 'toy_thing', version, raw_state }, 'UpgradeResourceStateResponse');
  const json = Buffer.from(
    '{"name": "a \\" 123456789012345678901", "size": 123456789012345678901, "gone": {"a": [1e400]}, "share": 0.1}',
  );
  const { upgraded_state: state, diagnostics } = await upgrade(2, { json });
  assert.deepEqual(diagnostics, []);
  const type = objectType(provider.resources[0]!.schema.attributes);
  const value = decodeValue(state.msgpack as Uint8Array, type) as ObjectValue;
  assert.equal(value.name, 'a " 123456789012345678901');
  assert.deepEqual(value.size, new BigNumber('123456789012345678901'));
  assert.deepEqual([value.share, value.note ?? null, value.ports], [0.1, null, null]);
  assert.ok(encodeValue(value, type).length > 0);

  const refused = async (version: number, raw: object) => {
    const { upgraded_state: none, diagnostics: why } = await upgrade(version, raw);
    assert.equal(none, null);
    return (why as { summary: string }[]).map(({ summary }) => summary);
  };
  assert.deepEqual(await refused(0, { flatmap: { name: 'a' } }), ['A state from before Terraform 0.12']);
  assert.deepEqual(await refused(3, { json }), ['The state is from a newer provider']);
  assert.match((await refused(1, { json }))[0] ?? '', /^A fault of the provider/);
  assert.match((await refused(2, { json: Buffer.from('{') }))[0] ?? '', /^A fault of the provider/);
  assert.match((await refused(2, { json: Buffer.from('{"name": 1}') }))[0] ?? '', /^A fault of the provider/);
});
