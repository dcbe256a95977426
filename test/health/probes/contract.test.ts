/** What every probe that sends something has in common, whatever it sends. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runProbe, type Probes } from '../../../src/health/probe.ts';
import { createProbes } from '../../../src/health/probes/registry.ts';
import type { Endpoint } from '../../../src/health/endpoint.ts';
import type { Outcome } from '../../../src/health/outcome.ts';
import { httpAt, janusAt, stunAt, tcpAt, vipStunAt } from '../endpoints.ts';
import { credentialsOf, FakeWorker, randomCredentials } from '../fake-worker.ts';
import { closedPort, httpServer, sayingTcp, silentTcp, udpServer, type Listening } from './servers.ts';

interface Scene {
  readonly name: string;
  readonly endpointAt: (port: number) => Endpoint;
  /** Servers that are well, silent, and wrong; null where a probe can't tell that. */
  readonly well: () => Promise<Listening>;
  readonly silent: (() => Promise<Listening>) | null;
  readonly wrong: (() => Promise<Listening>) | null;
}

/** Of every fake worker here, so that one set of probes knows them all. */
const CREDENTIALS = randomCredentials();

const worker = async (credentials = CREDENTIALS): Promise<Listening> => {
  const fake = await FakeWorker.start({ credentials });
  return { port: fake.port, close: () => fake.stop() };
};
const hungWorker = async (): Promise<Listening> => {
  const fake = await FakeWorker.start({ credentials: CREDENTIALS });
  fake.hung = true;
  return { port: fake.port, close: () => fake.stop() };
};
/** The same user name with another password: mediasoup says 401. */
const otherWorker = () => worker({ ...CREDENTIALS, password: 'x'.repeat(32) });
const info = (accepts: boolean) =>
  httpServer((_, response) =>
    response.end(JSON.stringify({ janus: 'server_info', 'accepting-new-sessions': accepts })),
  );

const SCENES: readonly Scene[] = [
  ...(['udp', 'tcp'] as const).flatMap((transport): Scene[] => [
    {
      name: `stun over ${transport}`,
      endpointAt: (port) => stunAt(port, { transport }),
      well: worker,
      silent: hungWorker,
      wrong: otherWorker,
    },
    {
      name: `vip-stun over ${transport}`,
      endpointAt: (port) => vipStunAt(port, { transport }),
      well: worker,
      silent: hungWorker,
      wrong: otherWorker,
    },
  ]),
  {
    name: 'http',
    endpointAt: (port) => httpAt(port),
    well: () => httpServer((_, response) => response.end('ok')),
    silent: silentTcp,
    wrong: () => sayingTcp('SSH-2.0-OpenSSH_9.2\r\n'),
  },
  {
    name: 'janus',
    endpointAt: (port) => janusAt(port),
    well: () => info(true),
    silent: silentTcp,
    wrong: () => httpServer((_, response) => response.end('<html>')),
  },
  // What silence is to a connection, tcp.test.ts shows; and no answer is wrong.
  { name: 'tcp', endpointAt: (port) => tcpAt(port), well: silentTcp, silent: null, wrong: null },
];

const probesFor = (port: number): Probes =>
  createProbes({
    credentials: credentialsOf([{ node: 'sfu-1', port, ...CREDENTIALS }]),
    heartbeats: { last: () => undefined },
    now: () => 0,
    secret: () => undefined,
  });

async function probe(scene: Scene, make: () => Promise<Listening>): Promise<Outcome> {
  await settle(0);
  const server = await make();
  try {
    const before = resources();
    const outcome = await runProbe(probesFor(server.port), scene.endpointAt(server.port));
    assert.ok((await settle(before)) <= before, `left behind: ${process.getActiveResourcesInfo().join(' ')}`);
    return outcome;
  } finally {
    await server.close();
  }
}

/** Closed handles, and the other side of them, are gone some turns of the event loop later. */
async function settle(wanted: number): Promise<number> {
  for (let i = 0; i < 500 && resources() > wanted; i++) await turn();
  return resources();
}

const resources = () =>
  process.getActiveResourcesInfo().filter((name) => /UDP|TCP|Timeout|Connect/.test(name)).length;

for (const scene of SCENES) {
  describe(scene.name, () => {
    test('a server that is well is ok, with the time it took', async () => {
      const outcome = await probe(scene, scene.well);
      assert.equal(outcome.kind, 'ok', JSON.stringify(outcome));
      assert.ok(outcome.rtt > 0);
    });

    test('a port where nothing listens is refused', async () => {
      const port = await closedPort();
      const outcome = await runProbe(probesFor(port), scene.endpointAt(port));
      assert.equal(outcome.kind, 'failure', JSON.stringify(outcome));
      assert.equal(outcome.reason, 'refused');
    });

    const { silent, wrong } = scene;
    if (silent)
      test('silence is a timeout', async () => {
        const outcome = await probe(scene, silent);
        assert.equal(outcome.kind, 'timeout', JSON.stringify(outcome));
        assert.match(outcome.why, /within 1000 ms/);
      });

    if (wrong)
      test('a wrong answer is definite evidence', async () => {
        const outcome = await probe(scene, wrong);
        assert.equal(outcome.kind, 'failure', JSON.stringify(outcome));
        assert.match(outcome.reason, /^wrong-/);
        assert.notEqual(outcome.why, '');
      });

    test('many at once do not mix up', async () => {
      const server = await scene.well();
      const port = await closedPort();
      const probes = createProbes({
        credentials: credentialsOf(
          [server.port, port].map((at) => ({ node: 'sfu-1', port: at, ...CREDENTIALS })),
        ),
        heartbeats: { last: () => undefined },
        now: () => 0,
        secret: () => undefined,
      });
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          runProbe(probes, { ...scene.endpointAt(i % 3 === 0 ? port : server.port), timeout: 30_000 }),
        ),
      );
      for (const [i, { kind }] of outcomes.entries()) assert.equal(kind, i % 3 === 0 ? 'failure' : 'ok');
      await server.close();
    });
  });
}

test('a stray packet from the right port is no answer', async () => {
  const server = await udpServer((_, send) => send(Buffer.from('hello')));
  const outcome = await runProbe(probesFor(server.port), stunAt(server.port));
  await server.close();
  assert.equal(outcome.kind, 'timeout');
  assert.match(outcome.why, /but 2 packets that were none/);
});
