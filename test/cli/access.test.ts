/** Tokens from where they are made to where they are shown. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { accessing } from '../../src/http/access.ts';
import { exchange } from '../../src/http/exchange.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { issue, NO_OPENSSL } from '../fixtures/pki.ts';
import { startRoomlb, startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

let folder: string;
let topology: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-access-'));
  topology = join(folder, 'topology.yaml');
  await writeFile(topology, SMALL);
});
after(() => rm(folder, { recursive: true }));

interface Made {
  readonly token: string;
  readonly line: string;
}

async function made(name: string, ...scopes: string[]): Promise<Made> {
  return (await roomlb('token', 'new', name, '--scope', ...scopes, '--json')).json() as Made;
}

async function tokenFile(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

describe('roomlb token new', () => {
  test('prints the token once, and the line that has only its hash', async () => {
    const { code, out } = await roomlb(
      'token',
      'new',
      'ann',
      '--scope',
      'read',
      'topology:write',
      '--expires',
      '1h',
    );
    assert.equal(code, 0);
    const [token = ''] = out.split('\n');
    assert.match(token, /^rlb_[\w-]{43}$/);
    assert.equal(out.split(token).length, 2);
    assert.match(out, /^ann sha256:[0-9a-f]{64} read,topology:write expires=\d{4}-/m);
  });

  test('refuses what the tokens file would not take', async () => {
    const refused: readonly (readonly [string[], RegExp])[] = [
      [['ann'], /--scope/],
      [['ann', '--scope', 'everything'], /scopes are read, /],
      [['-', '--scope', 'read'], /must be a name/],
      [['ann', '--scope', 'read', '--node', '../x'], /no id of a node/],
      [['ann', '--scope', 'read', '--expires', '2001-01-01'], /to come/],
    ];
    for (const [args, said] of refused) {
      const { code, err } = await roomlb('token', 'new', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, said);
    }
  });
});

describe('roomlb serve --tokens', () => {
  test('answers those who show a token, and takes over the file when it changes or on SIGHUP', async (t) => {
    const [ann, bob] = [await made('ann', 'read', 'nodes:write'), await made('bob', 'read')];
    const tokens = await tokenFile('tokens', `${ann.line}\n`);
    const server = await startServe(t, topology, '--tokens', tokens, '--public', 'metrics');
    const status = async ({ token }: Made) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/v1/nodes`, { headers })).status;
    };
    const drain = (...args: string[]) => roomlb('drain', 'sfu-1', '--dispatcher', server.url, ...args);
    const shown = await tokenFile('ann', `${ann.token}\n`);
    assert.equal((await fetch(`${server.url}/metrics`)).status, 200);
    assert.deepEqual([await status(ann), await status(bob)], [200, 401]);
    assert.equal((await drain('--token-file', shown)).code, 0);
    const without = await drain();
    assert.equal(without.code, 2);
    assert.match(without.err, /401 this needs a token/);
    process.env.ROOMLB_TOKEN = ann.token;
    t.after(() => delete process.env.ROOMLB_TOKEN);
    assert.equal((await drain()).code, 0);

    await writeFile(tokens, `${ann.line}\n${bob.line}\n`);
    server.child.kill('SIGHUP');
    await server.line(/read again: tokens/);
    assert.deepEqual([await status(ann), await status(bob)], [200, 200]);
    await writeFile(tokens, `${bob.line}\nnonsense\n`);
    await server.line(/cannot be read again.*former.*/);
    assert.deepEqual([await status(ann), await status(bob)], [200, 200]);
    await writeFile(tokens, bob.line);
    const taken = async () => (await status(ann)) === 401;
    while (!(await taken())) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await status(bob), 200);
    for (const { token } of [ann, bob]) assert.ok(!server.out.join().includes(token));
    assert.equal(await server.stop(), 0);
  });

  test('takes tokens of an issuer by its keys in a file', async (t) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = await tokenFile(
      'keys',
      JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] }),
    );
    const jwt = ['--jwt-keys', keys, '--jwt-issuer', 'https://id.example.net', '--jwt-audience', 'roomlb'];
    const server = await startServe(t, topology, ...jwt);
    const claims = { iss: 'https://id.example.net', aud: 'roomlb', sub: 'ann', scope: 'read' };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setExpirationTime('1h')
      .sign(privateKey);
    const ask = async (headers: Record<string, string>, method = 'GET', path = '/v1/nodes') =>
      (await fetch(`${server.url}${path}`, { method, headers })).status;
    const authorization = `Bearer ${token}`;
    assert.deepEqual(
      [await ask({}), await ask({ authorization }), await ask({ authorization })],
      [401, 200, 200],
    );
    assert.equal(await ask({ authorization }, 'PUT', '/v1/rooms/r'), 403);
    assert.equal(await server.stop(), 0);

    const serve = (...args: string[]) => roomlb('serve', '-t', topology, ...args);
    assert.match((await serve(...jwt.slice(0, 4))).err, /go together/);
    assert.match((await serve('--jwt-keys', 'http://id', ...jwt.slice(2))).err, /write an https URL/);
    assert.match((await serve('--jwt-keys', topology, ...jwt.slice(2))).err, /must be a JSON Web Key Set/);
  });

  test('keeps an audit log, whose file may be taken away and is made anew on SIGHUP', async (t) => {
    const log = join(folder, 'audit.jsonl');
    const server = await startServe(t, topology, '--audit-log', log);
    const drain = async (node: string) => {
      assert.equal((await fetch(`${server.url}/v1/nodes/${node}/drain`, { method: 'POST' })).status, 200);
    };
    const paths = async (file: string) =>
      (await readFile(file, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { path: string }).path);
    await drain('sfu-1');
    await rename(log, `${log}.1`);
    server.child.kill('SIGHUP');
    await server.line(/read again: audit log/);
    await drain('sfu-2');
    assert.equal(await server.stop(), 0);
    assert.deepEqual(await paths(`${log}.1`), ['/v1/nodes/sfu-1/drain']);
    assert.deepEqual(await paths(log), ['/v1/nodes/sfu-2/drain']);
    assert.equal((await stat(log)).mode & 0o777, 0o600);
    const { code, err } = await roomlb(
      'serve',
      '-t',
      topology,
      '--no-probes',
      '--audit-log',
      join(folder, 'no', 'log'),
    );
    assert.equal(code, 3);
    assert.match(err, /--audit-log .*ENOENT/);
  });

  test('does not start with a file that others can write, or that is not right', async () => {
    const { line, token } = await made('ann', 'read');
    const serve = (file: string, ...args: string[]) =>
      roomlb('serve', '-t', topology, '--tokens', file, '--listen', '127.0.0.1:0', ...args);
    const open = await tokenFile('open', line);
    await chmod(open, 0o620);
    const refused: readonly (readonly [string, RegExp])[] = [
      [open, /others than its owner can write it/],
      [await tokenFile('plain', `ann ${token} read\n`), /plain:1:1: error: the second word must be sha256/],
      [await tokenFile('long', '#'.repeat(1024 * 1024 + 1)), /larger than/],
      [join(folder, 'none'), /no such file/],
    ];
    for (const [file, said] of refused) {
      const { code, err } = await serve(file);
      assert.equal(code, 2, file);
      assert.match(err, said);
      assert.ok(!err.includes(token));
    }
  });

  test('serves https, and takes over a renewed certificate', { skip: NO_OPENSSL }, async (t) => {
    const { certificateFile, keyFile, certificate, key } = await issue(folder, 'dispatcher');
    const next = await issue(folder, 'dispatcher-2');
    const tls = ['--tls-certificate', certificateFile, '--tls-key', keyFile];
    const server = startRoomlb(t, 'serve', '-t', topology, '--no-probes', '--listen', '127.0.0.1:0', ...tls);
    const [, url = ''] = await server.line(/API (https:\S+)\/docs/);
    const status = async (ca: Buffer) => {
      const access = { token: () => undefined, tls: { ca } };
      const answer = exchange(new URL(`${url}/healthz`), {
        method: 'GET',
        timeout: 10_000,
        ...accessing(access),
      });
      return answer.then(
        (answered) => answered.status,
        () => 'not trusted',
      );
    };
    assert.deepEqual([await status(certificate), await status(next.certificate)], [200, 'not trusted']);
    await writeFile(certificateFile, next.certificate);
    server.child.kill('SIGHUP');
    await server.line(/cannot be read again.*former/);
    assert.equal(await status(certificate), 200);
    await writeFile(keyFile, next.key);
    server.child.kill('SIGHUP');
    await server.line(/read again: certificate/);
    assert.deepEqual([await status(certificate), await status(next.certificate)], ['not trusted', 200]);
    assert.ok(!server.out.join().includes(String(key)));
    assert.equal(await server.stop(), 0);
  });

  test('listens beyond loopback only where nobody reads or uses tokens that are not theirs', async () => {
    const tokens = await tokenFile('remote', (await made('ann', 'read')).line);
    const serve = (...args: string[]) => roomlb('serve', '-t', '/none', '--listen', '0.0.0.0:0', ...args);
    assert.match((await serve()).err, /not authenticated/);
    assert.match((await serve('--behind-tls-proxy')).err, /not authenticated/);
    assert.match((await serve('--tokens', tokens)).err, /in the clear/);
    // Past that check, the topology is looked for.
    const tls = ['--tls-certificate', 'x', '--tls-key', 'y'];
    assert.match((await serve(...tls)).err, /not authenticated/);
    assert.match((await serve('--tokens', tokens, ...tls)).err, /--tls-certificate x/);
    for (const fine of [['--allow-remote'], ['--tokens', tokens, '--behind-tls-proxy']])
      assert.match((await serve(...fine)).err, /\/none/);
  });
});
