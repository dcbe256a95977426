import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { vipStunProbe } from '../../../src/health/probes/vip-stun.ts';
import { vipStunAt } from '../endpoints.ts';
import { credentialsOf, FakeWorker, randomCredentials, told } from '../fake-worker.ts';

/** A FAKE of a switch with one rule: UDP to its port goes to a worker and back, or nowhere. */
class FakeVip {
  leadsTo: FakeWorker | null = null;
  readonly #front = createSocket('udp4');
  readonly #backs = new Map<number, ReturnType<typeof createSocket>>();

  async start(): Promise<number> {
    this.#front.on('message', (packet, from) => {
      if (!this.leadsTo) return;
      const back = this.#backs.get(from.port) ?? createSocket('udp4');
      if (!this.#backs.has(from.port))
        back.on('message', (answer) => this.#front.send(answer, from.port, from.address));
      this.#backs.set(from.port, back);
      back.send(packet, this.leadsTo.port, this.leadsTo.address);
    });
    this.#front.bind(0, '127.0.0.1');
    await once(this.#front, 'listening');
    return this.#front.address().port;
  }

  stop(): void {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }
}

describe('the vip-stun probe tells apart', async () => {
  const right = await FakeWorker.start();
  const sibling = await FakeWorker.start();
  const other = await FakeWorker.start();
  const vip = new FakeVip();
  const port = await vip.start();
  after(async () => {
    vip.stop();
    await Promise.all([right, sibling, other].map((worker) => worker.stop()));
  });
  // The VIP's port is the worker's own port in a real cluster; on one loopback address it can't be.
  const known = [{ node: 'sfu-1', port, ...right.credentials }, told('sfu-1', sibling), told('sfu-2', other)];
  const probe = vipStunProbe({ credentials: credentialsOf(known) });
  const run = (to: FakeWorker | null, use = probe) => {
    vip.leadsTo = to;
    return use.run(vipStunAt(port, { timeout: 600 }));
  };

  test('a path that leads to the right worker', async () => {
    assert.equal((await run(right)).kind, 'ok');
  });

  test('a path that leads nowhere', async () => {
    assert.equal((await run(null)).kind, 'timeout');
  });

  test('a path that leads to another node, and says to which', async () => {
    const outcome = await run(other);
    assert.deepEqual(outcome, {
      kind: 'failure',
      reason: 'wrong-node',
      why: `the VIP's port ${port} leads to port ${other.port} of sfu-2`,
      answeredBy: 'sfu-2',
    });
  });

  test('a path that leads to another worker of the same node', async () => {
    const outcome = await run(sibling);
    assert.ok(outcome.kind === 'failure' && outcome.reason === 'wrong-node');
    assert.match(outcome.why, /of the same node$/);
  });

  test('a path that leads to a worker nobody knows: silence, since it does not know us either', async () => {
    const stranger = await FakeWorker.start();
    const outcome = await run(stranger);
    await stranger.stop();
    assert.equal(outcome.kind, 'timeout');
  });

  test('an answer in the name of another, even if nobody knows of whom', async () => {
    const usernameFragment = right.credentials.usernameFragment;
    const impostor = await FakeWorker.start({ credentials: { usernameFragment, password: 'y'.repeat(32) } });
    const outcome = await run(impostor);
    await impostor.stop();
    assert.ok(outcome.kind === 'failure' && outcome.reason === 'wrong-node');
    assert.equal(outcome.answeredBy, undefined);
    assert.match(outcome.why, /401/);
  });

  test('the other node among hundreds, after some rounds', async () => {
    const crowd = Array.from({ length: 300 }, (_, i) => ({
      node: `n${i}`,
      port: 50_000,
      ...randomCredentials(),
    }));
    const many = vipStunProbe({ credentials: credentialsOf([...crowd, ...known]) });
    for (let round = 0; round < 100; round++) {
      vip.leadsTo = other;
      const outcome = await many.run(vipStunAt(port, { timeout: 40 }));
      if (outcome.kind === 'failure') {
        assert.equal(outcome.answeredBy, 'sfu-2');
        return;
      }
    }
    assert.fail('not found');
  });
});
