/** The provider as users have it: one executable file, built once by each test process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProvider } from '../../scripts/terraform-provider/bundle.mjs';
import type { TerraformOptions } from './terraform.ts';

let built: Promise<string> | undefined;

/** For terraformIn: a configuration that names `roomlb/roomlb` gets this one, without an init. */
export async function withProvider(): Promise<Pick<TerraformOptions, 'devOverrides'>> {
  built ??= build();
  return { devOverrides: { 'registry.terraform.io/roomlb/roomlb': await built } };
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-provider-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, 'bin');
  await bundleProvider({ entry: 'src/terraform-provider/main.ts', folder: bin });
  return bin;
}
