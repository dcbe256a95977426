/** `roomlb probe` against servers on loopback; Janus itself and media nodes are probed elsewhere. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { askUrl } from '../../../src/cli/probe/ask-url.ts';
import { parseTarget } from '../../../src/cli/probe/target.ts';
import { resultWord } from '../../../src/health/hints.ts';
import type { ProbeReport } from '../../../src/health/probe-now.ts';
import { StunResponder } from '../../../src/media-node/stun-responder.ts';
import { FakeWorker } from '../../health/fake-worker.ts';
import {
  closedPort,
  httpServer,
  sayingTcp,
  silentTcp,
  udpServer,
  type Listening,
} from '../../health/probes/servers.ts';
import { roomlb } from '../roomlb.ts';

let folder: string;
let worker: FakeWorker;
let passwordFile: string;
let sign: string[];
const servers: Listening[] = [];
const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);

const serve = async (server: Promise<Listening>) => {
  servers.push(await server);
  return servers.at(-1)!.port;
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomlb-probe-'));
  worker = await FakeWorker.start();
  passwordFile = join(folder, 'password');
  await writeFile(passwordFile, `${worker.credentials.password}\n`);
  sign = ['--ufrag', worker.credentials.usernameFragment, '--password-file', passwordFile];
});
after(async () => {
  await worker.stop();
  await Promise.all(servers.map((server) => server.close()));
  await rm(folder, { recursive: true });
});

describe('roomlb probe of a URL', () => {
  test('signed STUN: fine by UDP and TCP, and says what the worker saw', async () => {
    const target = `stun://127.0.0.1:${worker.port}`;
    const { code, out } = await roomlb(
      'probe',
      target,
      `${target}?transport=tcp`,
      '--timeout',
      '30s',
      ...sign,
    );
    assert.equal(code, 0, out);
    const [head, udp, tcp] = out.split('\n');
    assert.equal(head!.replaceAll(/ +/g, ' '), 'TARGET CHECK WHERE RESULT TIME WHAT CAME BACK');
    for (const [line, transport] of [
      [udp!, 'udp'],
      [tcp!, 'tcp'],
    ]) {
      assert.match(
        line!,
        new RegExp(` stun +127\\.0\\.0\\.1:${worker.port}/${transport} +ok +[0-9.]+ ms +mappedAddress 127`),
      );
    }
  });

  test('takes the password from the environment, and never shows it', async () => {
    const { usernameFragment, password } = worker.credentials;
    process.env.ROOMLB_ICE_PASSWORD = password;
    try {
      const { code, out, err } = await roomlb(
        'probe',
        `stun://127.0.0.1:${worker.port}`,
        '--ufrag',
        usernameFragment,
        '--json',
      );
      assert.equal(code, 0, err);
      assert.ok(!out.includes(password) && !err.includes(password));
    } finally {
      delete process.env.ROOMLB_ICE_PASSWORD;
    }
  });

  test('the wrong password: something answers, and not as it should', async () => {
    const wrong = join(folder, 'wrong');
    await writeFile(wrong, 'x'.repeat(32));
    const args = ['--ufrag', worker.credentials.usernameFragment, '--password-file', wrong];
    const { code, out } = await roomlb('probe', `stun://127.0.0.1:${worker.port}`, ...args);
    assert.equal(code, 1, out);
    assert.match(out, / wrong-answer .*401/);
    assert.match(out, /^hint: stun wrong-answer: /m);
  });

  test('plain STUN: as a responder beside the workers answers, and silence with its reasons where it is not well', async () => {
    for (const address of ['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])]) {
      let well = true;
      const port = await closedPort();
      const limit = { perSource: 20, total: 20, sources: 10 };
      const responder = await StunResponder.start({
        addresses: [address],
        port,
        healthy: () => well,
        limit,
        onOutcome: () => undefined,
      });
      const target = `stun://${address.includes(':') ? `[${address}]` : address}:${port}`;
      const fine = await roomlb('probe', target, '--timeout', '30s');
      well = false;
      const silent = await roomlb('probe', target, '--timeout', '50ms');
      responder.close();
      assert.equal(fine.code, 0, fine.out);
      assert.match(fine.out, /plain-stun .* ok /);
      assert.equal(silent.code, 3);
      assert.match(silent.out, / timeout .*\n.*hint: plain-stun timeout: .*--ufrag/);
    }
  });

  test('a plain Binding carries nothing but a fingerprint, each from a socket and with a transaction of its own', async () => {
    const seen: { port: number; packet: Buffer }[] = [];
    const port = await serve(udpServer((packet, _send, from) => seen.push({ port: from.port, packet })));
    await roomlb(
      'probe',
      `stun://127.0.0.1:${port}`,
      '--count',
      '2',
      '--interval',
      '10ms',
      '--timeout',
      '20ms',
    );
    assert.equal(new Set(seen.map((each) => each.port)).size, 2);
    assert.equal(new Set(seen.map(({ packet }) => packet.subarray(8, 20).toString('hex'))).size, 2);
    for (const { packet } of seen) assert.equal(packet.subarray(0, 8).toString('hex'), '000100082112a442');
  });

  test('exit codes: 1 for a no, 3 for no answer, 1 before 3, 0 when all is fine', async () => {
    const well = `http://127.0.0.1:${await serve(httpServer((_, response) => response.end('ok')))}/`;
    const down = `http://127.0.0.1:${await serve(httpServer((_, response) => response.writeHead(503).end()))}/`;
    const ssh = `http://127.0.0.1:${await serve(sayingTcp('SSH-2.0-OpenSSH_9.2\r\n'))}/`;
    const info = { janus: 'server_info', 'accepting-new-sessions': false };
    const busy = `janus://127.0.0.1:${await serve(httpServer((_, response) => response.end(JSON.stringify(info))))}`;
    const silent = `http://127.0.0.1:${await serve(silentTcp())}/`;
    const refused = `tcp://127.0.0.1:${await closedPort()}`;
    const table: [targets: string[], code: number, words: string[]][] = [
      [[well], 0, ['ok']],
      [[down], 1, ['says-down']],
      [[ssh], 1, ['wrong-answer']],
      [[busy], 1, ['busy']],
      [[silent], 3, ['timeout']],
      [[refused], 3, ['refused']],
      [[well, refused], 3, ['ok', 'refused']],
      [[refused, down, well], 1, ['refused', 'says-down', 'ok']],
    ];
    for (const [targets, expected, words] of table) {
      // A busy machine is no reason for silence.
      const timeout = words.includes('timeout') ? '100ms' : '30s';
      const { code, out } = await roomlb('probe', ...targets, '--timeout', timeout);
      assert.equal(code, expected, out);
      const results = out
        .split('\n')
        .slice(1, 1 + words.length)
        .map((line) => line.split(/ {2,}/)[3]);
      assert.deepEqual(results, words);
    }
  });

  test('a name without an address is unreachable, and is no error of the others', async () => {
    const secrets = { ice: null, janusAdmin: null };
    const failing = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    const target = parseTarget('tcp://nowhere.invalid:80');
    assert.ok(target.kind === 'tcp');
    const [report] = await askUrl(target, secrets, 100, failing).ask();
    assert.deepEqual(report?.outcome, {
      kind: 'failure',
      reason: 'unreachable',
      why: 'nowhere.invalid has no address (ENOTFOUND)',
    });
    assert.equal(report.target, null);
    const { port } = await httpServer((_, response) => response.end()).then(
      (server) => (servers.push(server), server),
    );
    const named = parseTarget(`http://sfu.test:${port}/`);
    assert.ok(named.kind === 'http');
    const [found] = await askUrl(named, secrets, 1000, () => Promise.resolve({ address: '127.0.0.1' })).ask();
    assert.equal(found?.outcome.kind, 'ok');
    assert.equal(found.target, `127.0.0.1:${port}/tcp`);
  });

  test('several rounds: a summary of what was answered, and the same head for all', async () => {
    const port = await serve(httpServer((_, response) => response.end('ok')));
    const { out } = await roomlb(
      'probe',
      `http://127.0.0.1:${port}/`,
      `tcp://127.0.0.1:${await closedPort()}`,
      '--timeout',
      '30s',
      '-c',
      '3',
      '-i',
      '10ms',
    );
    const lines = out.split('\n').map((line) => line.split(/ {2,}/));
    assert.equal(lines.filter(([, check]) => check === 'http').length, 4);
    const summary = lines.slice(lines.findIndex((line) => line.includes('ANSWERED')) + 1);
    assert.deepEqual(
      summary.slice(0, 2).map((line) => line.slice(3, 5)),
      [
        ['3', '3'],
        ['3', '0'],
      ],
    );
  });

  test('--json: what was asked, what came back, how long it took, what to look at', async () => {
    const target = `tcp://127.0.0.1:${await closedPort()}`;
    const { code, json } = await roomlb('probe', target, '--json');
    assert.equal(code, 3);
    const [{ took, hint, ...rest }] = json();
    assert.ok(took > 0 && /nothing listens/.test(hint));
    assert.deepEqual(rest, {
      id: target,
      check: 'tcp',
      target: `${target.replace('tcp://', '')}/tcp`,
      outcome: {
        kind: 'failure',
        reason: 'refused',
        why: 'connection refused: nothing listens on that port',
      },
      of: target,
      round: 1,
    });
  });

  test('bad input is told before anything is sent', async () => {
    const sent: Buffer[] = [];
    const port = await serve(udpServer((packet) => sent.push(packet)));
    const stun = `stun://127.0.0.1:${port}`;
    const table: [args: string[], says: RegExp][] = [
      [[stun, 'nonsense://x'], /no way to probe/],
      [[stun, '--password-file', passwordFile], /needs --ufrag/],
      [[stun, '--ufrag', 'a:b', '--password-file', passwordFile], /letters, digits/],
      [[stun, '--ufrag', 'abcd'], /needs a password/],
      [[stun, '--ufrag', 'abcd', '--password-file', join(folder, 'none')], /ENOENT/],
      [[stun, '--admin-secret-file', passwordFile], /is for janus/],
      [['tcp://127.0.0.1:1', ...sign], /--ufrag is for stun/],
      [[`${stun}?transport=tcp`], /over UDP.*--ufrag/],
      [[stun, '--count', '0'], /from 1 to/],
      [[stun, '--interval', '5'], /such as 500ms/],
      [[stun, '--timeout', '2h'], /10ms to 1m/],
      [[], /target/],
    ];
    for (const [args, says] of table) {
      const { code, err, out } = await roomlb('probe', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, says);
      assert.equal(out, '');
    }
    assert.deepEqual(sent, []);
  });
});

describe('roomlb probe of a node, from here', () => {
  const topology = async (ports: { media: number; health: number }, more = '') => {
    const file = join(folder, `${ports.media}${more === '' ? '' : '-more'}.yaml`);
    await writeFile(
      file,
      `
cluster: c
vips: [{ id: v, addresses: [127.0.0.1], signalling: { port: 1, tls: off }, media: { protocols: [udp], ports: 1024-65535 } }]
nodes: [{ id: sfu-1, kind: mediasoup, vip: v, addresses: [127.0.0.2], state: disabled, signallingPort: 2, healthPort: ${ports.health}, mediaPorts: ${ports.media}${more} }]
`,
    );
    return file;
  };

  test('asks what needs no credentials, and names what it does not ask, and why', async () => {
    const health = await serve(httpServer((_, response) => response.end('ok')));
    const file = await topology({ media: await closedPort(), health });
    const { code, out, err } = await roomlb('probe', 'sfu-1', '-t', file, '--timeout', '30s');
    // Nothing listens on 127.0.0.2, and a disabled node is asked all the same.
    assert.equal(code, 3, out);
    assert.match(out, new RegExp(`sfu-1 +http +127\\.0\\.0\\.2:${health}/tcp +refused`));
    for (const check of ['stun', 'vip-stun', 'heartbeat'])
      assert.match(err, new RegExp(`^sfu-1: ${check} is not asked: .*--dispatcher URL`, 'm'));
  });

  test('asks its worker by the credentials that are given, directly and through the VIP', async () => {
    // The VIP is an address that leads to the worker; the node's own does not.
    const file = await topology({ media: worker.port, health: await closedPort() });
    const { code, json, err } = await roomlb(
      'probe',
      'sfu-1',
      '-t',
      file,
      '--timeout',
      '30s',
      '--json',
      ...sign,
    );
    assert.equal(code, 3);
    const results = json().map(({ check, outcome, verdict }: ProbeReport) => [
      check,
      resultWord(outcome),
      verdict,
    ]);
    assert.deepEqual(results, [
      ['stun', 'refused', undefined],
      ['vip-stun', 'ok', 'fine'],
      ['http', 'refused', undefined],
    ]);
    assert.match(err, /heartbeat is not asked/);
    assert.doesNotMatch(err, /stun is not asked/);
  });

  test('credentials of one worker are not tried on several', async () => {
    const file = await topology({ media: 40000, health: 9100 }, '-40001');
    const { code, err } = await roomlb('probe', 'sfu-1', '-t', file, ...sign);
    assert.equal(code, 2);
    assert.match(err, /credentials of its own .*stun:\/\/127\.0\.0\.2:40000/);
  });

  test('a node that the topology does not have is bad input', async () => {
    const { code, err } = await roomlb(
      'probe',
      'sfu-2',
      '-t',
      await topology({ media: 40000, health: 9100 }),
    );
    assert.equal(code, 2);
    assert.match(err, /no node sfu-2/);
  });
});
