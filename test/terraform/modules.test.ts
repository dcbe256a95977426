/** Modules that need no provider of a cloud: their own `terraform test`, and what they make, held to its readers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { NO_TERRAFORM } from '../terraform-provider/terraform.ts';
import { cloudInitTakes } from './cloud-init.ts';
import { terraformTree } from './tree.ts';
import { NO_SYSTEMD } from '../operations/systemd.ts';

interface File {
  readonly content: string;
  readonly mode: string;
}

interface CloudConfig {
  readonly runcmd: readonly (readonly string[])[];
  readonly write_files: readonly {
    readonly path: string;
    readonly content: string;
    readonly permissions: string;
  }[];
}

describe('terraform', { skip: NO_TERRAFORM }, () => {
  test('files are formatted', async (t) => {
    const terraform = terraformTree(t);
    const { code, stdout } = await terraform.attempt('fmt', '-check', '-recursive', '-diff', 'terraform');
    assert.equal(code, 0, stdout);
  });

  for (const module of ['dispatcher', 'media-node', 'user-data']) {
    test(`module ${module} passes its own tests`, async (t) => {
      const terraform = terraformTree(t);
      await terraform.run(`-chdir=terraform/modules/${module}`, 'init');
      const said = await terraform.run(`-chdir=terraform/modules/${module}`, 'test');
      assert.match(said, /Success! \d+ passed, 0 failed\./);
    });
  }

  test('systemd takes the units that user data writes, whatever their words are', async (t) => {
    const words = ['--log-level', 'de"bug', '100%', '$HOME', 'a\\b', "it's", '<&>', 'ü 1'];
    const terraform = terraformTree(t);
    terraform.write({
      'terraform/site/main.tf': `
        module "node" {
          source      = "../modules/media-node"
          node        = "sfu-1"
          dispatchers = ["https://lb-1.example.net"]
          node_setup  = "#!/bin/sh\\n"
          roomlb      = "/bin/echo"
          arguments   = jsondecode(file("words.json"))
          environment = { WORD = "$x 100% \\"q\\"" }
        }
        module "dispatcher" {
          source    = "../modules/dispatcher"
          cluster   = "edge-1"
          roomlb    = "/bin/echo"
          arguments = jsondecode(file("words.json"))
        }
        output "all" {
          value = { for module in [module.node, module.dispatcher] : module.unit => {
            user_data = module.user_data
            files     = module.files
          } }
        }
      `,
      'terraform/site/words.json': JSON.stringify(words),
    });
    await terraform.run('-chdir=terraform/site', 'init');
    await terraform.run('-chdir=terraform/site', 'apply', '-auto-approve');
    const all = JSON.parse(await terraform.run('-chdir=terraform/site', 'output', '-json', 'all')) as Record<
      string,
      { user_data: string; files: Record<string, File> }
    >;
    assert.deepEqual(Object.keys(all).sort(), ['roomlb-media-node@sfu-1.service', 'roomlb.service']);
    for (const [unit, { user_data, files }] of Object.entries(all)) {
      cloudInitTakes(t, user_data);
      const config = parse(user_data) as CloudConfig;
      assert.deepEqual(
        Object.fromEntries(
          config.write_files.map(({ path, content, permissions }) => [
            path,
            { content: Buffer.from(content, 'base64').toString(), mode: permissions },
          ]),
        ),
        files,
      );
      assert.deepEqual(config.runcmd.at(-1), ['systemctl', 'enable', '--now', unit]);
      if (NO_SYSTEMD) {
        t.diagnostic(NO_SYSTEMD);
        continue;
      }
      const root = join(terraform.folder, unit);
      for (const [path, { content, mode }] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), content, { mode: Number.parseInt(mode, 8) });
      }
      const units = join(root, 'etc/systemd/system');
      const dropIn = files[`/etc/systemd/system/${unit}.d/terraform.conf`]!.content;
      // Scripts and users that are not on this machine: systemd would say so, rightly.
      const here = dropIn.replace(/^(ExecStartPre|User|Group)=.*\n/gm, '');
      writeFileSync(join(units, `${unit}.d/terraform.conf`), here);
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
        encoding: 'utf8',
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${units}:` },
      });
      assert.equal(`${verified.status} ${verified.stderr}`, '0 ');
    }
  });
});
