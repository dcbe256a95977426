/** The modules and examples as they are, in a folder of a test's own: terraform writes beside what it works on. */
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { terraformIn, type Terraform, type TerraformOptions } from '../terraform-provider/terraform.ts';

/** With what modules take from beside them. */
const PARTS = ['terraform', 'lb-config/operations'];

/** @returns to be used with `-chdir=terraform/…` */
export function terraformTree(t: TestContext, options: TerraformOptions = {}): Terraform {
  const terraform = terraformIn(t, options);
  for (const part of PARTS) {
    const copy = join(terraform.folder, part);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(part, copy, { recursive: true });
  }
  return terraform;
}
