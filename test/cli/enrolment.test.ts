/** A node from its enrolment to its credential, with a dispatcher and a media node as processes. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assignment, NO_WORKER } from '../media-node/support.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { oneNode } from './one-node.ts';
import { startRoomlb, startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

let folder: string;
let tokens: string;
/** Of an operator, in a file. */
let operator: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-enrolment-'));
  const made = (
    await roomlb('token', 'new', 'ann', '--scope', 'nodes:write', 'read', '--json')
  ).json() as Record<'token' | 'line', string>;
  tokens = await file('tokens', made.line);
  operator = await file('operator', made.token);
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
}

const newKey = async () => (await roomlb('token', 'key')).out;

describe('roomlb enroll', () => {
  test(
    'has a media node let in, which keeps its credential, and is let in anew once its key is gone',
    { skip: NO_WORKER },
    async (t) => {
      const topology = await file('topology.json', oneNode(assignment()));
      const key = await file('key', await newKey());
      const server = await startServe(
        t,
        topology,
        '--tokens',
        tokens,
        '--node-key',
        key,
        '--log-level',
        'debug',
      );
      const enroll = async () => {
        const { code, out, err } = await roomlb(
          ...['enroll', 'sfu-1', '--dispatcher', server.url, '--token-file', operator],
        );
        assert.equal(code, 0, err);
        assert.match(err, /for node sfu-1, until \d{4}-/);
        return out;
      };
      const secret = await enroll();
      const enrolment = await file('enrolment', secret);
      const credential = join(folder, 'credential');
      const start = () =>
        startRoomlb(
          t,
          ...['media-node', 'sfu-1', '--no-stun', '--dispatcher', server.url],
          ...['--enrolment-file', enrolment, '--credential-file', credential],
        );
      const held = async () =>
        (JSON.parse(await readFile(credential, 'utf8')) as { credential: string }).credential;

      const first = start();
      await first.line(/connected to dispatcher/);
      const one = await held();
      assert.equal((await stat(credential)).mode & 0o777, 0o600);
      assert.equal(await first.stop('SIGINT'), 0);

      // The secret is used up: it is of no use to whoever finds it.
      const thief = startRoomlb(
        t,
        ...['media-node', 'sfu-1', '--no-stun', '--dispatcher', server.url],
        ...['--enrolment-file', enrolment],
      );
      await thief.line(/the enrolment secret was used already; for another one: roomlb enroll sfu-1/);
      await thief.stop('SIGINT');

      // Without a secret, by what it kept.
      await rm(enrolment);
      const second = start();
      await second.line(/connected to dispatcher/);
      assert.equal(await held(), one);

      // Another key: its connection ends, it is not let in any more, and its log says what to do.
      await writeFile(key, await newKey());
      server.child.kill('SIGHUP');
      await server.line(/read again: node key/);
      await second.line(/connecting anew: the credential has ended/);
      await second.line(/roomlb enroll sfu-1 and put what it prints into/);
      await writeFile(enrolment, await enroll());
      await second.line(/credential of this node/);
      const two = await held();
      assert.notEqual(two, one);
      assert.equal(await second.stop('SIGINT'), 0);
      assert.equal(await server.stop(), 0);

      const said = [first, second, server].map((one) => [...one.out, one.err()].join('\n')).join('\n');
      assert.match(said, /\/v1\/nodes\/sfu-1\/credentials/);
      for (const text of [secret.trim(), one, two, await readFile(key, 'utf8')])
        assert.ok(!said.includes(text.trim()), 'no secret is told');
    },
  );

  test('is refused with why, where there is no key, no such node, or not the scope', async (t) => {
    const topology = await file('small.yaml', SMALL);
    const key = await file('other-key', await newKey());
    const server = await startServe(t, topology, '--tokens', tokens, '--node-key', key);
    const enroll = (node: string, ...args: string[]) =>
      roomlb('enroll', node, '--dispatcher', server.url, ...args);
    const unknown = await enroll('nobody', '--token-file', operator);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /no node nobody/);
    assert.match((await enroll('sfu-1')).err, /401/);
    const json = (await enroll('sfu-1', '--token-file', operator, '--json')).json() as { secret: string };
    const own = await file('own', json.secret);
    assert.match((await enroll('sfu-1', '--token-file', own)).err, /403 .*needs the scope nodes:write/);
    assert.equal(await server.stop(), 0);
  });
});

describe('roomlb serve --node-key', () => {
  test('takes a key that systemd hands over, which shows the mask of its access list as a right of the group', async (t) => {
    const credentials = join(folder, 'credentials');
    await mkdir(credentials);
    const key = await file('credentials/key', await newKey());
    await chmod(key, 0o440);
    const elsewhere = await file('elsewhere', await newKey());
    await chmod(elsewhere, 0o440);
    const topology = await file('systemd.yaml', SMALL);
    process.env.CREDENTIALS_DIRECTORY = credentials;
    t.after(() => delete process.env.CREDENTIALS_DIRECTORY);
    const server = await startServe(t, topology, '--tokens', tokens, '--node-key', key);
    assert.equal(await server.stop(), 0);
    const refused = async (name: string) =>
      (await roomlb('serve', '-t', topology, '--tokens', tokens, '--node-key', name)).err;
    for (const name of [elsewhere, join(credentials, '..', 'elsewhere')])
      assert.match(await refused(name), /others than its owner can use it/);
    for (const mode of [0o460, 0o444]) {
      await chmod(key, mode);
      assert.match(await refused(key), /others than its owner can use it/);
    }
  });

  test('does not start with a file that is none, that others can read, or where nobody could enrol', async () => {
    const key = await newKey();
    const serve = (name: string, ...more: string[]) =>
      roomlb('serve', '-t', '/none', '--node-key', name, ...more);
    const open = await file('open', key);
    await chmod(open, 0o640);
    const bad = await file('bad', `${key}${key}`);
    for (const [args, said] of [
      [[open, '--tokens', tokens], /others than its owner can use it/],
      [[bad, '--tokens', tokens], /bad:2:1: error: the key is there twice/],
      [[join(folder, 'no'), '--tokens', tokens], /no such file/],
      [[bad], /nobody who enrols a node is authenticated/],
    ] as const) {
      const { code, err } = await serve(...(args as [string]));
      assert.equal(code, 2);
      assert.match(err, said);
      assert.ok(!err.includes(key.trim()));
    }
  });
});

describe('roomlb media-node --enrolment-file', () => {
  test('refuses what does not go together, and a credential of another node', async () => {
    const enrolment = await file('some', 'secret');
    const dispatcher = ['--dispatcher', 'http://127.0.0.1:9'];
    const kept = { node: 'sfu-2', credential: 'x', received: '2026-01-01', expires: '2026-01-02' };
    const other = await file('of-another', JSON.stringify(kept));
    const broken = await file('broken', '{}');
    const open = await file('open-credential', JSON.stringify(kept));
    await chmod(open, 0o644);
    const mine = ['--enrolment-file', enrolment];
    for (const [args, said] of [
      [[...dispatcher, '--credential-file', other], /goes with --enrolment-file/],
      [[...dispatcher, ...mine, '--token-file', enrolment], /not both/],
      [['--topology', '/none', ...mine], /needs a --dispatcher/],
      [[...dispatcher, ...mine, '--credential-file', other], /it is of node "sfu-2"/],
      [[...dispatcher, ...mine, '--credential-file', broken], /it has no credential/],
      [[...dispatcher, ...mine, '--credential-file', open], /chmod 600/],
    ] as const) {
      const { code, err } = await roomlb('media-node', 'sfu-1', ...args);
      assert.equal(code, 2, err);
      assert.match(err, said);
    }
  });
});
