import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { outcomeOf, stunProbe } from '../../../src/health/probes/stun.ts';
import { encodeMessage, decodeMessage } from '../../../src/stun/message.ts';
import type { ExchangeResult } from '../../../src/stun/exchange.ts';
import type { Outcome } from '../../../src/health/outcome.ts';
import { address, stunAt } from '../endpoints.ts';
import { credentialsOf, FakeWorker, randomCredentials, told } from '../fake-worker.ts';
import { udpServer } from './servers.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address: a }) => a === '::1'),
);

async function withWorker(use: (worker: FakeWorker) => Promise<void>, at = '127.0.0.1'): Promise<void> {
  const worker = await FakeWorker.start({ address: at });
  try {
    await use(worker);
  } finally {
    await worker.stop();
  }
}

describe('the stun probe', () => {
  test('tells the address that the worker saw', () =>
    withWorker(async (worker) => {
      const probe = stunProbe({ credentials: credentialsOf([told('sfu-1', worker)]) });
      const outcome = await probe.run(stunAt(worker.port));
      assert.equal(outcome.kind, 'ok');
      const { mappedAddress, mappedPort } = outcome.detail ?? {};
      assert.equal(mappedAddress, '127.0.0.1');
      assert.equal(typeof mappedPort, 'number');
    }));

  test('asks once more when the first packet is lost', () =>
    withWorker(async (worker) => {
      worker.dropNext = 1;
      const probe = stunProbe({ credentials: credentialsOf([told('sfu-1', worker)]) });
      assert.equal((await probe.run(stunAt(worker.port))).kind, 'ok');
      assert.equal(worker.received, 2);
    }));

  test('speaks IPv6', { skip: hasIpv6 ? false : 'no ::1 here' }, () =>
    withWorker(async (worker) => {
      const probe = stunProbe({ credentials: credentialsOf([told('sfu-1', worker)]) });
      for (const transport of ['udp', 'tcp'] as const) {
        const outcome = await probe.run(stunAt(worker.port, { transport, address: address('::1') }));
        assert.equal(outcome.kind, 'ok');
        assert.equal(outcome.detail?.mappedAddress, '::1');
      }
    }, '::1'),
  );

  test('sends nothing where the node has told no credentials', () =>
    withWorker(async (worker) => {
      const outcome = await stunProbe({ credentials: credentialsOf([]) }).run(stunAt(worker.port));
      assert.equal(outcome.kind, 'skipped');
      assert.equal(worker.received, 0);
    }));

  test('is silent where the worker was started anew with other credentials', () =>
    withWorker(async (worker) => {
      const old = { node: 'sfu-1', port: worker.port, ...randomCredentials() };
      assert.equal(
        (await stunProbe({ credentials: credentialsOf([old]) }).run(stunAt(worker.port))).kind,
        'timeout',
      );
    }));

  test('takes a fresh source port each time', async () => {
    const ports = new Set<number>();
    const server = await udpServer((_packet, _send, from) => ports.add(from.port));
    const credentials = credentialsOf([{ node: 'sfu-1', port: server.port, ...randomCredentials() }]);
    const probe = stunProbe({ credentials });
    await Promise.all([1, 2, 3].map(() => probe.run(stunAt(server.port, { timeout: 60 }))));
    await server.close();
    assert.equal(ports.size, 3);
  });

  test('is not taken in by an answer to another question', async () => {
    const mine = randomCredentials();
    const server = await udpServer((_packet, send) => {
      const mappedAddress = { family: 4, address: '127.0.0.1', port: 1 } as const;
      const stranger = { class: 'success', transactionId: Buffer.alloc(12), mappedAddress } as const;
      send(encodeMessage(stranger, { password: mine.password }));
    });
    const credentials = credentialsOf([{ node: 'sfu-1', port: server.port, ...mine }]);
    const outcome = await stunProbe({ credentials }).run(stunAt(server.port, { timeout: 100 }));
    await server.close();
    assert.equal(outcome.kind, 'timeout');
  });

  test('is not taken in by a success without a signature', async () => {
    const server = await udpServer((packet, send) => {
      const { transactionId } = decodeMessage(packet);
      const mappedAddress = { family: 4, address: '127.0.0.1', port: 1 } as const;
      send(encodeMessage({ class: 'success', transactionId, mappedAddress }));
    });
    const credentials = credentialsOf([{ node: 'sfu-1', port: server.port, ...randomCredentials() }]);
    const outcome = await stunProbe({ credentials }).run(stunAt(server.port));
    await server.close();
    assert.equal(outcome.kind === 'failure' && outcome.reason, 'wrong-answer');
  });
});

describe('what came back, and what it means', () => {
  const ok = {
    kind: 'success',
    rtt: 3,
    mappedAddress: { family: 4, address: '192.0.2.1', port: 5 },
  } as const;
  const failure = (reason: string) => (outcome: Outcome) =>
    outcome.kind === 'failure' && outcome.reason === reason;
  const table: [result: ExchangeResult, means: string, (outcome: Outcome) => boolean][] = [
    [ok, 'ok', ({ kind }) => kind === 'ok'],
    [{ kind: 'foreign', rtt: 1 }, 'a wrong answer', failure('wrong-answer')],
    [{ kind: 'incomplete', rtt: 1 }, 'a wrong answer', failure('wrong-answer')],
    [{ kind: 'error', rtt: 1, code: 401, reason: '' }, 'a wrong answer', failure('wrong-answer')],
    [{ kind: 'error', rtt: 1, code: 400, reason: 'Bad' }, 'a wrong answer', failure('wrong-answer')],
    [{ kind: 'silence', strays: 0 }, 'a timeout', ({ kind }) => kind === 'timeout'],
    [{ kind: 'socket', code: 'ECONNREFUSED' }, 'refused', failure('refused')],
    [{ kind: 'socket', code: 'EHOSTUNREACH' }, 'unreachable', failure('unreachable')],
    [{ kind: 'socket', code: 'ETIMEDOUT' }, 'a timeout', ({ kind }) => kind === 'timeout'],
    [{ kind: 'socket', code: 'ECLOSED' }, 'a wrong answer', failure('wrong-answer')],
    [{ kind: 'socket', code: 'EMFILE' }, 'no evidence', ({ kind }) => kind === 'skipped'],
    [{ kind: 'socket', code: 'EPERM' }, 'no evidence', ({ kind }) => kind === 'skipped'],
  ];
  for (const [result, means, holds] of table) {
    test(`${JSON.stringify(result)} is ${means}`, () => {
      const outcome = outcomeOf(result, stunAt(40000));
      assert.ok(holds(outcome), JSON.stringify(outcome));
    });
  }
});
