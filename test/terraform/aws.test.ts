/**
 * The AWS module, type-checked against a reconstructed schema: the AWS provider cannot be had offline, and nothing here
 * says that it, or AWS, would take the module. What is real is Terraform's core, which checks names, types and what is
 * required against the schema, evaluates every expression, and runs the module's own tests with mocked resources.
 */
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { assignmentOf } from '../../src/media-node/assignment.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import { terraformIn } from '../terraform-provider/terraform.ts';
import { NO_AWS_SCHEMA, startAwsSchemas, type AwsSchemas } from './aws-schemas.ts';
import { documentOf, topologyOutput } from './aws-topology.ts';

const MODULE = 'terraform/modules/aws-cluster';

test('documents say how many nodes fit', () => {
  for (const file of ['terraform/README.md', join(MODULE, 'README.md')]) {
    const text = readFileSync(file, 'utf8');
    const row = (name: string) =>
      new RegExp(`^\\| ${name} \\|(.*)\\|$`, 'm').exec(text)?.[1]?.split('|').map(Number) ?? [];
    const workers = row('workers per node');
    assert.ok(workers.length > 0);
    assert.deepEqual(
      row('nodes behind one VIP'),
      workers.map((each) => Math.floor(49 / each)),
    );
  }
});

describe('aws-cluster, type-checked against a reconstructed schema', { skip: NO_AWS_SCHEMA }, () => {
  let aws: AwsSchemas;
  before(async () => {
    aws = await startAwsSchemas([MODULE]);
  });
  after(() => aws.stop());

  /** A copy of the module, changed. */
  async function moduleIn(t: TestContext, changes: Readonly<Record<string, readonly [string, string]>> = {}) {
    const terraform = terraformIn(t, { env: aws.env });
    cpSync(MODULE, terraform.folder, { recursive: true });
    for (const [file, [from, to]] of Object.entries(changes)) {
      const text = readFileSync(join(MODULE, file), 'utf8');
      assert.ok(text.includes(from), `${file} has ${from}`);
      terraform.write({ [file]: text.replace(from, to) });
    }
    await terraform.run('init');
    return terraform;
  }

  test('what the schema is known to say, it says', () => {
    const of = (type: string) => aws.schemas.find((one) => one.type === type)?.block;
    const computed = { computed: true, optional: false, required: false };
    const required = { computed: false, optional: false, required: true };
    assert.deepEqual(of('aws_lb_listener')?.attributes.load_balancer_arn, {
      type: 'string',
      presence: required,
    });
    assert.deepEqual(of('aws_lb')?.attributes.dns_name, { type: 'string', presence: computed });
    assert.deepEqual(of('aws_lb')?.attributes.security_groups?.type, ['set', 'string']);
    assert.deepEqual(of('aws_vpc_security_group_ingress_rule')?.attributes.tags_all?.type, ['map', 'string']);
    const action = of('aws_lb_listener')?.blocks.default_action;
    assert.deepEqual([action?.nesting, action?.required, action?.one], ['list', true, false]);
    const metadata = of('aws_launch_template')?.blocks.metadata_options;
    assert.deepEqual([metadata?.nesting, metadata?.required, metadata?.one], ['list', false, true]);
    assert.equal(of('aws_autoscaling_group')?.blocks.initial_lifecycle_hook?.nesting, 'set');
    assert.equal(of('aws_autoscaling_group')?.blocks.timeouts?.nesting, 'single');
  });

  test('nothing is misspelt, of a wrong type, or missing', async (t) => {
    assert.deepEqual(await (await moduleIn(t)).validate(), []);
  });

  test('its own tests pass, with mocked resources', async (t) => {
    const terraform = await moduleIn(t);
    assert.match(await terraform.run('test'), /^Success! \d+ passed, 0 failed\.$/m);
  });

  for (const [name, file, from, to, summary, at] of [
    [
      'a misspelt argument',
      'load-balancers.tf',
      'deregistration_delay   = 0',
      'deregistration_delays  = 0',
      'Unsupported argument',
      'deregistration_delays  = 0',
    ],
    [
      'a misspelt block',
      'nodes.tf',
      '  metadata_options {',
      '  metadata_option {',
      'Unsupported block type',
      'metadata_option {',
    ],
    [
      'a wrong type',
      'redis.tf',
      'num_cache_clusters   = var.redis.replicas + 1',
      'num_cache_clusters   = "two"',
      'Incorrect attribute value type',
      'num_cache_clusters   = "two"',
    ],
    [
      'a list in place of a string',
      'load-balancers.tf',
      'load_balancer_arn = aws_lb.vip[each.value.vip].arn',
      'load_balancer_arn = [aws_lb.vip[each.value.vip].arn]',
      'Incorrect attribute value type',
      'load_balancer_arn = [aws_lb.vip[each.value.vip].arn]',
    ],
    [
      'a missing argument',
      'nodes.tf',
      '    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"\n',
      '',
      'Missing required argument',
      'initial_lifecycle_hook {',
    ],
    [
      'an attribute that there is not',
      'outputs.tf',
      'aws_lb.dispatcher.dns_name',
      'aws_lb.dispatcher.dns',
      'Unsupported attribute',
      'value       = "https://${aws_lb.dispatcher.dns}"',
    ],
    [
      'a kind of resource that there is not',
      'redis.tf',
      'resource "aws_elasticache_parameter_group" "redis"',
      'resource "aws_elasticache_parameters" "redis"',
      'Invalid resource type',
      'resource "aws_elasticache_parameters" "redis" {',
    ],
  ] as const) {
    test(`${name} is told with its place`, async (t) => {
      const terraform = await moduleIn(t, { [file]: [from, to] });
      const found = await terraform.validate();
      assert.ok(
        found.some((one) => one.severity === 'error' && one.summary === summary && one.at === at),
        JSON.stringify(found, null, 2),
      );
    });
  }

  test('a module that is broken in what it does fails its own tests', async (t) => {
    for (const [file, from, to, run] of [
      [
        'load-balancers.tf',
        'target_id        = aws_network_interface.node[each.value.node].private_ip',
        'target_id        = aws_network_interface.node["a-1"].private_ip',
        'wired_to_the_node_that_owns_the_port',
      ],
      ['capacity.tf', 'slot * var.workers_per_node', 'slot', 'ports_belong_to_nodes'],
      [
        'nodes.tf',
        'autoscaling:EC2_INSTANCE_TERMINATING',
        'autoscaling:EC2_INSTANCE_LAUNCHING',
        'instances_drain_before_they_go',
      ],
    ] as const) {
      const terraform = await moduleIn(t, { [file]: [from, to] });
      const { code, stdout } = await terraform.attempt('test', '-filter=tests/cluster.tftest.hcl');
      assert.equal(code, 1, file);
      assert.match(stdout, new RegExp(`run "${run}"\\.\\.\\. fail`), file);
    }
  });

  test('a refusal says the arithmetic', async (t) => {
    const terraform = await moduleIn(t);
    const text = readFileSync(join(MODULE, 'tests', 'refusals.tftest.hcl'), 'utf8');
    terraform.write({
      'told/told.tftest.hcl':
        text.replace(/^ {2}expect_failures = .*$/m, '').split('run "more_workers')[0] ?? '',
    });
    const { stdout, stderr } = await terraform.attempt('test', '-test-directory=told');
    const told = `${stdout}${stderr}`.replaceAll(/[\s│]+/g, ' ');
    assert.match(told, /a: 13 nodes × 4 workers \+ 1 for signalling = 53 listeners of at most 50/);
    assert.match(told, /At most 12 nodes of 4 workers fit behind one VIP: declare another VIP/);
  });

  test('RoomLB takes its topology, and each node is as large as was said', async (t) => {
    const terraform = await moduleIn(t);
    const events = await terraform.run('test', '-json', '-verbose', '-filter=tests/cluster.tftest.hcl');
    const document = documentOf(topologyOutput(events, 'wired_to_the_node_that_owns_the_port'));
    const { topology, faults } = parseTopology(JSON.stringify(document), { file: 'topology.json' });
    assert.ok(topology);
    // Said of every L4 device: who is not the one that a client means sends it on.
    assert.deepEqual(
      [...new Set(faults.map(({ severity, message }) => `${severity}: ${message}`))],
      ['warning: without domain no engine can see which node a client means, so that any node may answer'],
    );
    assert.deepEqual(
      topology.nodes.map(({ id }) => id),
      ['a-1', 'a-2', 'b-1'],
    );
    for (const { id } of topology.nodes) {
      const { mediaPorts } = assignmentOf(topology, id);
      assert.equal(mediaPorts.last - mediaPorts.first + 1, 4);
    }
  });
});
