/** What TF_LOG shows of the provider, as users run it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashToken, newToken } from '../../src/auth/token.ts';
import { tokenLine } from '../../src/auth/token-file.ts';
import { startServe } from '../cli/roomlb-process.ts';
import { requiring } from './in-process.ts';
import { withProvider } from './provider-binary.ts';
import { CLUSTER } from './site.ts';
import { NO_TERRAFORM, terraformIn } from './terraform.ts';

test('what is asked is in the log, and what it is asked with is not', { skip: NO_TERRAFORM }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-log-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [topology, tokens, log] = [
    join(folder, 'topology.json'),
    join(folder, 'tokens'),
    join(folder, 'log'),
  ];
  const token = newToken();
  const entry = { name: 'terraform', hash: hashToken(token), expires: null, node: null };
  writeFileSync(topology, JSON.stringify(CLUSTER));
  writeFileSync(tokens, `${tokenLine({ ...entry, scopes: ['read', 'topology:write'] })}\n`);
  const { url } = await startServe(t, topology, '--tokens', tokens);
  const main = `${requiring('roomlb')}
variable "token" {
  sensitive = true
}
provider "roomlb" {
  endpoint = "${url}"
  token    = var.token
}
resource "roomlb_vip" "edge" {
  id         = "edge"
  addresses  = ["203.0.113.20"]
  signalling = { port = 443 }
}
`;
  const env = { TF_LOG: 'trace', TF_LOG_PATH: log, TF_VAR_token: token };
  const terraform = terraformIn(t, { ...(await withProvider()), files: { 'main.tf': main }, env });
  await terraform.run('apply', '-auto-approve');
  await terraform.run('plan');
  const said = readFileSync(log, 'utf8');
  assert.match(said, /\[DEBUG\].*PUT \/v1\/vips\/edge: 201 \(x-request-id [^)]+\)/);
  assert.match(said, /\[DEBUG\].*GET \/v1\/vips\/edge: 200/);
  assert.ok(!said.includes(token));
  assert.ok(!readFileSync(join(terraform.folder, 'terraform.tfstate'), 'utf8').includes(token));
});
