/**
 * The AWS example: the cluster type-checked against a reconstructed schema and applied with mocked resources; then what
 * comes of that is told to a real dispatcher, by the provider and the configuration that are for it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { provider } from '../../src/terraform-provider/roomlb.ts';
import { startServe } from '../cli/roomlb-process.ts';
import { labSkipReason } from '../lab/netns.ts';
import { inProcess } from '../terraform-provider/in-process.ts';
import { NO_AWS_SCHEMA, startAwsSchemas, type AwsSchemas } from './aws-schemas.ts';
import { topologyOutput } from './aws-topology.ts';
import { terraformTree } from './tree.ts';

const EXAMPLE = 'terraform/examples/aws';

const NO_NAMESPACES = labSkipReason(['unshare', 'mount']);

/** As its variables are in the example of them. */
const MOCKED = `
mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
}

run "applied" {
  assert {
    # What is not told by a name that it can look up would be a secret.
    condition = alltrue([
      for id in keys(module.cluster.nodes) :
      strcontains(module.media_node[id].user_data, "roomlb/edge-1/\${id}") && !strcontains(module.media_node[id].user_data, "rlb_")
    ])
    error_message = "each node fetches its own token"
  }
  assert {
    condition     = output.capacity.vips.a == { nodes = 3, nodes_free = 9, listeners_used = 13 }
    error_message = jsonencode(output.capacity)
  }
}
`;

describe('examples/aws', { skip: NO_AWS_SCHEMA }, () => {
  let aws: AwsSchemas;
  before(async () => {
    aws = await startAwsSchemas([EXAMPLE, 'terraform/modules/aws-cluster']);
  });
  after(() => aws.stop());

  test('is type-checked against a reconstructed schema, and its topology is taken by a dispatcher', async (t) => {
    const cluster = terraformTree(t, { env: aws.env });
    cluster.write({ [`${EXAMPLE}/tests/mocked.tftest.hcl`]: MOCKED });
    const here = `-chdir=${EXAMPLE}`;
    await cluster.run(here, 'init');
    await cluster.run(here, 'validate');
    const variables = '-var-file=terraform.tfvars.example';
    const events = await cluster.run(here, 'test', '-json', '-verbose', variables);
    fetchesItsToken(t, events);
    const topology = topologyOutput(events, 'applied');

    const site = mkdtempSync(join(tmpdir(), 'roomlb-aws-'));
    t.after(() => rmSync(site, { recursive: true, force: true }));
    writeFileSync(join(site, 'empty.yaml'), 'cluster: edge-1\nvips: []\nnodes: []\n');
    const { url } = await startServe(t, join(site, 'empty.yaml'));

    const terraform = terraformTree(t, { env: await inProcess(t, provider) });
    const there = `-chdir=${EXAMPLE}/topology`;
    terraform.write({
      [`${EXAMPLE}/terraform.tfstate`]: stateWith({ topology }),
      [`${EXAMPLE}/topology/endpoint_override.tf`]: `provider "roomlb" {\n  endpoint = "${url}"\n}\n`,
    });
    await terraform.run(there, 'init');
    await terraform.run(there, 'apply', '-auto-approve');

    const answer = await fetch(`${url}/v1/rooms/standup`, { method: 'PUT' });
    const room = (await answer.json()) as Placed;
    assert.equal(answer.status, 201, JSON.stringify(room));
    const [vip, slot] = room.node.id.split('-');
    const first = 40000 + 4 * (Number(slot) - 1);
    assert.equal(room.vip, vip);
    assert.equal(room.node.zone, vip);
    assert.equal(room.signalling.url, `wss://${vip}.sfu.example.net/n/${room.node.id}/`);
    assert.deepEqual(
      room.media.map(({ protocol, port }) => `${protocol} ${port}`),
      ['udp', 'tcp'].flatMap((protocol) => [0, 1, 2, 3].map((worker) => `${protocol} ${first + worker}`)),
    );

    // What the dispatcher says of itself is what was declared.
    const plan = await terraform.attempt(there, 'plan', '-detailed-exitcode');
    assert.equal(plan.code, 0, plan.stdout);
  });

  test('its variables are those of the example of them', () => {
    const declared = [...readFileSync(join(EXAMPLE, 'variables.tf'), 'utf8').matchAll(/^variable "(\w+)"/gm)];
    const set = [...readFileSync(join(EXAMPLE, 'terraform.tfvars.example'), 'utf8').matchAll(/^(\w+) +=/gm)];
    assert.deepEqual(set.map(([, name]) => name).sort(), declared.map(([, name]) => name).sort());
  });
});

/** Node a-1 at its first boot, with a shell that is real, and an AWS command line and a group that are not. */
function fetchesItsToken(t: TestContext, events: string) {
  if (NO_NAMESPACES !== false) {
    t.diagnostic(`the commands of user data are not run: ${NO_NAMESPACES}`);
    return;
  }
  const userData = /"user_data":"([\w+/=]+)"/g;
  const texts = [...events.matchAll(userData)].map(([, text = '']) => Buffer.from(text, 'base64').toString());
  const own = texts.find((text) => text.includes('node a-1:')) ?? assert.fail('no user data of a-1');
  const config = own.slice(own.indexOf('#cloud-config'), own.lastIndexOf('--==roomlb==--'));
  const { runcmd } = parse(config) as { runcmd: string[][] };
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-fetch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const fakes = {
    aws: `echo "$*" >> ${folder}/asked; [ "$(wc -l < ${folder}/asked)" -gt 1 ] && echo the-token`,
    chgrp: `echo "$*" >> ${folder}/groups`,
    sleep: ':',
  };
  for (const [name, text] of Object.entries(fakes))
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const script =
    'mount -t tmpfs none /etc && "$@" && stat -c "%a %n" /etc/roomlb /etc/roomlb/* && cat /etc/roomlb/token';
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', ...(runcmd[0] ?? [])],
    {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH}` },
      timeout: 30_000,
    },
  );
  // The service's user gets to it by its group, and nobody else does.
  assert.equal(stdout, '755 /etc/roomlb\n640 /etc/roomlb/token\nthe-token\n', stderr);
  assert.equal(readFileSync(join(folder, 'groups'), 'utf8'), 'roomlb /etc/roomlb/token\n');
  assert.match(readFileSync(join(folder, 'asked'), 'utf8'), /^(.* --secret-id roomlb\/edge-1\/a-1 .*\n){2}$/);
}

interface Placed {
  readonly node: { readonly id: string; readonly zone: string };
  readonly vip: string;
  readonly media: readonly { readonly protocol: string; readonly port: number }[];
  readonly signalling: { readonly url: string };
}

/** A state of these outputs, as `terraform_remote_state` reads it. */
function stateWith(outputs: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    version: 4,
    terraform_version: '1.9.0',
    serial: 1,
    lineage: 'test',
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, { value, type: typeOf(value) }]),
    ),
    resources: [],
  });
}

/** Terraform's type of a JSON value: objects and tuples. */
function typeOf(value: unknown): unknown {
  if (value === null) return 'dynamic';
  if (Array.isArray(value)) return ['tuple', value.map(typeOf)];
  if (typeof value === 'object') {
    return ['object', Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typeOf(one)]))];
  }
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
