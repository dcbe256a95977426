/** The provider as it is shipped, a dispatcher, and somebody who ends one of them in the middle of an apply. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServe } from '../cli/roomlb-process.ts';
import { requiring } from './in-process.ts';
import { withProvider } from './provider-binary.ts';
import { NO_TERRAFORM, terraformIn, type Terraform, type TerraformOptions } from './terraform.ts';

const NODES = 40;
/** Of other people: stays. */
const OLD = { id: 'old', kind: 'mediasoup', vip: 'public', addresses: ['192.0.2.1'], mediaPorts: '40000' };
const CLUSTER = {
  cluster: 'site',
  vips: [
    {
      id: 'public',
      addresses: ['203.0.113.10'],
      signalling: { port: 8443, tls: 'off' },
      media: { ports: '40000-40999' },
    },
  ],
  nodes: [OLD],
};

describe('an apply that is interrupted', { skip: NO_TERRAFORM }, () => {
  let scratch = '';
  let provider: Pick<TerraformOptions, 'devOverrides'> = {};
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'roomlb-interruption-'));
    provider = await withProvider();
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Nodes `PREFIX-0` and so on. @param network the first three numbers of their addresses */
  function workspace(
    t: TestContext,
    url: string,
    { prefix = 'sfu', network = '192.0.2', first = 40100 } = {},
  ): Terraform {
    const main = `
      provider "roomlb" {
        endpoint = "${url}"
      }
      resource "roomlb_node" "many" {
        count       = ${NODES}
        id          = "${prefix}-\${count.index}"
        kind        = "mediasoup"
        vip         = "public"
        addresses   = ["${network}.\${count.index + 100}"]
        media_ports = tostring(${first} + count.index)
      }
    `;
    return terraformIn(t, {
      ...provider,
      // A provider that is killed leaves its socket.
      env: { TMPDIR: scratch },
      files: { 'main.tf': requiring('roomlb') + main },
    });
  }

  async function dispatcher(t: TestContext): Promise<string> {
    const folder = mkdtempSync(join(scratch, 'site-'));
    const file = join(folder, 'topology.json');
    writeFileSync(file, JSON.stringify(CLUSTER));
    return (await startServe(t, file)).url;
  }

  const INTERRUPTIONS: Readonly<Record<string, (child: ChildProcess, pid: number) => void>> = {
    'by Ctrl-C, which reaches the whole group': (child) => process.kill(-child.pid!, 'SIGINT'),
    'by the end of terraform': (child) => child.kill('SIGKILL'),
    'by the end of the provider': (_, pid) => process.kill(pid, 'SIGKILL'),
  };
  for (const [name, interrupt] of Object.entries(INTERRUPTIONS)) {
    test(`${name} is made whole by the next one, and leaves no provider behind`, async (t) => {
      const url = await dispatcher(t);
      const terraform = workspace(t, url);
      const child = terraform.start('apply', '-auto-approve');
      const ended = endOf(child);
      const made = await untilSome(url);
      const providers = childrenOf(child.pid!);
      assert.equal(providers.length, 1, 'one provider serves an apply');
      interrupt(child, providers[0]!);
      await ended;
      for (const pid of providers) while (isAlive(pid)) await sleep(20);
      const halfway = await nodesOf(url);
      assert.ok(made > 1 && halfway.length < NODES + 1, `${halfway.length} nodes: not in the middle`);
      if (name.includes('Ctrl-C')) {
        // What was under way was done, and terraform was told.
        assert.equal(Object.keys(await terraform.state()).length, halfway.length - 1);
      }
      await terraform.run('apply', '-auto-approve');
      assert.deepEqual(await terraform.plan(), {});
      assert.equal(Object.keys(await terraform.state()).length, NODES);
      assert.equal((await nodesOf(url)).length, NODES + 1);
    });
  }

  test('takes nothing over that is not as planned', async (t) => {
    const url = await dispatcher(t);
    const terraform = workspace(t, url);
    // What an interrupted apply could have made, and what somebody else has changed since.
    await put(url, { id: 'sfu-1', addresses: ['192.0.2.101'], mediaPorts: '40101' });
    await put(url, { id: 'sfu-2', addresses: ['192.0.2.102'], mediaPorts: '40102', weight: 7 });
    const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
    assert.equal(code, 1);
    const words = stderr.replaceAll(/[\s│]+/g, ' ');
    assert.match(words, /There is a node "sfu-2" already/);
    assert.match(words, /differs from what is planned in: weight/);
    assert.match(words, /terraform import roomlb_node.NAME sfu-2/);
    const known = Object.values(await terraform.state()).map(({ id }) => id);
    assert.deepEqual([known.includes('sfu-1'), known.includes('sfu-2')], [true, false]);
  });

  test('does not come from another one at the same time: neither loses what the other made', async (t) => {
    const url = await dispatcher(t);
    const one = workspace(t, url);
    const other = workspace(t, url, { prefix: 'other', network: '198.51.100', first: 40200 });
    await Promise.all([one.run('apply', '-auto-approve'), other.run('apply', '-auto-approve')]);
    assert.equal((await nodesOf(url)).length, 2 * NODES + 1);
    assert.deepEqual([await one.plan(), await other.plan()], [{}, {}]);
  });
});

async function put(url: string, node: Readonly<Record<string, unknown>> & { id: string }): Promise<void> {
  const answer = await fetch(`${url}/v1/nodes/${node.id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'mediasoup', vip: 'public', ...node }),
  });
  assert.ok(answer.ok, await answer.text());
}

async function nodesOf(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/v1/topology`);
  const { nodes } = (await answer.json()) as { nodes: { id: string }[] };
  return nodes.map(({ id }) => id);
}

/** Until the apply has begun. @returns how many nodes there are then */
async function untilSome(url: string): Promise<number> {
  for (;;) {
    const { length } = await nodesOf(url);
    if (length > 3) return length;
    await sleep(5);
  }
}

/** What a process has started and is not done with (proc_pid_stat(5): field 4 is the parent). */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function endOf(child: ChildProcess): Promise<void> {
  child.stdout?.resume();
  child.stderr?.resume();
  await once(child, 'exit');
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
