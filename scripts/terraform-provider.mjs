// `npm run terraform:build`, `terraform:install` and `terraform:release`.
import { existsSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureModules, root, step } from './setup.mjs';

const HELP = `Usage: node scripts/terraform-provider.mjs build | install [FOLDER] | release [FOLDER]

  build             one executable, in dist/terraform-provider/bin (for dev_overrides)
  install [FOLDER]  puts it where terraform looks for providers: ~/.terraform.d/plugins, or another
                    filesystem mirror
  release [FOLDER]  archives, checksums and a manifest as a registry wants them; ./release unless said
                    otherwise. Sign the checksums with gpg --detach-sign.

  $ npm run terraform:install && cd my-cluster && terraform init
`;

const [command, folder] = process.argv.slice(2);
const bundle = join(root, 'dist', 'terraform-provider', 'bin');

if (command === 'build' || command === 'install' || command === 'release') {
  ensureModules();
  // esbuild may not be there before.
  const { bundleProvider, VERSION } = await import('./terraform-provider/bundle.mjs');
  const executable = await bundleProvider({ entry: 'src/terraform-provider/main.ts', folder: bundle });
  step(`built ${relative(process.cwd(), executable)}`);
  if (command === 'install') await install(VERSION);
  if (command === 'release') await release(VERSION);
} else if (command === '--help' || command === '-h') {
  process.stdout.write(HELP);
} else {
  process.stderr.write(command === undefined ? HELP : `there is no ${JSON.stringify(command)}\n\n${HELP}`);
  process.exitCode = 2;
}

async function install(version) {
  const { installProvider, requirement } = await import('./terraform-provider/install.mjs');
  if (folder !== undefined && !existsSync(folder)) mkdirSync(folder, { recursive: true });
  step(`installed ${installProvider({ bundle, name: 'roomlb', version, mirror: folder })}`);
  process.stdout.write(requirement('roomlb', version));
}

async function release(version) {
  const { writeRelease } = await import('./terraform-provider/release.mjs');
  const target = folder ?? join(root, 'release');
  for (const file of writeRelease({ bundle, folder: target, name: 'roomlb', version })) {
    process.stdout.write(`${join(target, file)}\n`);
  }
}
