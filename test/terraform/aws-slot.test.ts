/**
 * What instances of the AWS module do at boot and at their end, run by a real shell in a network namespace of its own.
 * Metadata, AWS and systemd are fakes; addresses, routes and rules are the kernel's.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, test, type TestContext } from 'node:test';
import { findBinary, labSkipReason } from '../lab/netns.ts';
import { NO_TERRAFORM, terraformIn } from '../terraform-provider/terraform.ts';
import { FAKES } from './aws-slot-fakes.ts';

const TEMPLATE = 'terraform/modules/aws-cluster/templates/slot.sh.tftpl';
const ADDRESS = '100.64.77.20';
const SERVICE = 'roomlb-media-node.service';

const skip = NO_TERRAFORM === false ? labSkipReason(['unshare', 'mount']) : NO_TERRAFORM;

/** Folders that the boot script writes to, in place of the machine's. */
const OWN = ['/usr/local/sbin', '/etc/systemd/system'];

/** An instance as it boots, with its first interface. */
const INSTANCE = `
set -e
${OWN.map((folder) => `mkdir -p ${folder} && mount -t tmpfs none ${folder}`).join('\n')}
ip link set lo up
ip link add ens5 address 0a:00:00:00:00:05 type veth peer name far5
ip link set far5 up
ip link set ens5 up
ip address add 100.64.77.9/24 dev ens5
ip route add default via 100.64.77.1 dev ens5
`;

describe('the slot of an instance', { skip }, () => {
  // Rendered once, by whoever is first.
  let boot: Promise<string> | undefined;

  /** Runs a script in the instance. */
  async function instance(t: TestContext, script: string) {
    boot ??= bootScript(t);
    const folder = mkdtempSync(join(tmpdir(), 'roomlb-slot-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const bin = join(folder, 'bin');
    const fakes = join(folder, 'fakes');
    for (const path of [bin, join(fakes, 'meta/network/interfaces/macs/0a:00:00:00:00:05')])
      mkdirSync(path, { recursive: true });
    for (const [name, text] of Object.entries(FAKES))
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const write = (path: string, text: string) => writeFileSync(join(fakes, path), text);
    write('calls', '');
    write('ticks', '');
    write('meta/instance-id', 'i-0new\n');
    write('meta/network/interfaces/macs/index', '0a:00:00:00:00:05/\n');
    write('meta/network/interfaces/macs/0a:00:00:00:00:05/interface-id', 'eni-0first\n');
    writeFileSync(join(folder, 'boot.sh'), await boot);
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--net', '--mount', 'sh', '-c', `${INSTANCE}\nsh ${folder}/boot.sh\n${script}`],
      {
        encoding: 'utf8',
        env: { PATH: `${bin}:${process.env.PATH}`, FAKES: fakes },
        timeout: 60_000,
      },
    );
    assert.equal(status, 0, `${stdout}${stderr}`);
    const lines = (name: string) =>
      readFileSync(join(fakes, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '');
    return {
      stdout,
      stderr,
      calls: lines('calls'),
      aws: lines('calls').filter((call) => call.startsWith('aws')),
    };
  }

  test('waits for the interface until the instance before has let go of it', async (t) => {
    const { aws, stderr } = await instance(t, '/usr/local/sbin/roomlb-slot claim');
    assert.deepEqual(
      aws,
      Array(3).fill(
        'aws ec2 attach-network-interface --device-index 1 --instance-id i-0new --network-interface-id eni-0slot',
      ),
    );
    assert.match(stderr, /interface eni-0slot is not free yet: the instance before drains/);
  });

  test('answers leave by the interface that questions come by, and all else by the first', async (t) => {
    const { stdout } = await instance(
      t,
      `/usr/local/sbin/roomlb-slot claim 2>/dev/null
       ip -4 -o address show dev ens6
       ip route get 203.0.113.9 from ${ADDRESS}
       ip route get 100.64.77.77 from ${ADDRESS}
       ip route get 203.0.113.9`,
    );
    const [address, away, near, other] = stdout.split('\n').filter((line) => /ens\d/.test(line));
    assert.match(address ?? '', new RegExp(`inet ${ADDRESS}/24`));
    assert.match(away ?? '', new RegExp(`^203.0.113.9 from ${ADDRESS} via 100.64.77.1 dev ens6`));
    assert.match(near ?? '', new RegExp(`^100.64.77.77 from ${ADDRESS} dev ens6`));
    assert.match(other ?? '', /^203.0.113.9 via 100.64.77.1 dev ens5 src 100.64.77.9/);
  });

  test('to take what it has already changes nothing: a reboot, or a unit that is started again', async (t) => {
    const { aws, stdout } = await instance(
      t,
      `/usr/local/sbin/roomlb-slot claim 2>/dev/null
       (ip rule; ip route show table 4480; ip address) > /tmp/roomlb-slot.$$
       /usr/local/sbin/roomlb-slot claim
       (ip rule; ip route show table 4480; ip address) | diff /tmp/roomlb-slot.$$ - && echo same
       rm /tmp/roomlb-slot.$$`,
    );
    assert.match(stdout, /same\n$/);
    assert.equal(aws.length, 3);
  });

  test('at its end it stops the media node, waits for it, and only then lets go', async (t) => {
    const { calls } = await instance(t, ': > "$FAKES/calls"; /usr/local/sbin/roomlb-slot watch');
    const hook =
      '--auto-scaling-group-name edge-1-a-1 --lifecycle-hook-name roomlb-drain --instance-id i-0new';
    const heartbeat = `aws autoscaling record-lifecycle-action-heartbeat ${hook}`;
    const complete = `aws autoscaling complete-lifecycle-action ${hook} --lifecycle-action-result CONTINUE`;
    assert.equal(calls[0], `systemctl --no-block stop ${SERVICE}`);
    // Three times the unit was still deactivating. The first time that it is let go, AWS does not hear.
    assert.deepEqual(
      calls.filter((call) => call.startsWith('aws')),
      [heartbeat, heartbeat, heartbeat, complete, complete],
    );
    assert.equal(calls.at(-1), complete);
  });

  test(
    'units of systemd are as systemd wants them',
    { skip: findBinary('systemd-analyze') ? false : 'needs systemd-analyze' },
    async (t) => {
      const { stdout, calls } = await instance(
        t,
        // With a media node, to which the drop-in belongs.
        `printf '[Service]\\nExecStart=/bin/true\\n' > /etc/systemd/system/${SERVICE}
       systemd-analyze verify /etc/systemd/system/${SERVICE} /etc/systemd/system/roomlb-slot*.service 2>&1 | grep -E 'roomlb|slot' || echo fine`,
      );
      assert.equal(stdout, 'fine\n');
      assert.deepEqual(calls, [
        'systemctl daemon-reload',
        'systemctl enable roomlb-slot.service roomlb-slot-watch.service',
        'systemctl --no-block start roomlb-slot.service roomlb-slot-watch.service',
      ]);
    },
  );
});

/** As the module renders it. */
async function bootScript(t: TestContext): Promise<string> {
  const variables = {
    node: 'a-1',
    region: 'eu-central-1',
    interface: 'eni-0slot',
    address: ADDRESS,
    group: 'edge-1-a-1',
    hook: 'roomlb-drain',
    service: SERVICE,
    stop: 3660,
  };
  const terraform = terraformIn(t, {
    files: {
      'variables.json': JSON.stringify(variables),
      'main.tf':
        'output "boot" {\n  value = templatefile("slot.sh.tftpl", jsondecode(file("variables.json")))\n}\n',
    },
  });
  cpSync(TEMPLATE, join(terraform.folder, 'slot.sh.tftpl'));
  await terraform.run('init');
  await terraform.run('apply', '-auto-approve');
  return terraform.run('output', '-raw', 'boot');
}
