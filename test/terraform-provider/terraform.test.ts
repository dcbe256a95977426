import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_TERRAFORM, terraformIn } from './terraform.ts';

const skip = NO_TERRAFORM;

test(
  'a folder is planned, applied and looked at without a network or settings of the user’s',
  { skip },
  async (t) => {
    const terraform = terraformIn(t, {
      files: { 'main.tf': 'resource "terraform_data" "one" {\n  input = "a"\n}\n' },
    });
    await terraform.run('init');
    assert.deepEqual(await terraform.plan(), { 'terraform_data.one': 'create' });
    await terraform.run('apply', '-auto-approve');
    assert.deepEqual(await terraform.plan(), {});
    assert.equal((await terraform.state())['terraform_data.one']?.output, 'a');
  },
);

test(
  'a provider that no mirror has is not fetched, and faults are told with where they are',
  { skip },
  async (t) => {
    const terraform = terraformIn(t, { files: { 'main.tf': 'resource "null_resource" "one" {}\n' } });
    const { code, stderr } = await terraform.attempt('init');
    assert.equal(code, 1);
    assert.match(stderr, /hashicorp\/null/);
    terraform.write({ 'main.tf': 'output "one" {\n  value = terraform_data.two.id\n}\n' });
    await terraform.run('init');
    const [found] = await terraform.validate();
    assert.equal(found?.at, 'value = terraform_data.two.id');
  },
);
