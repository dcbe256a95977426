// Terraform looks in a folder of the user's before it asks a registry.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { PLATFORM } from './platform.mjs';

export const DEFAULT_MIRROR = join(homedir(), '.terraform.d', 'plugins');

/** Puts a bundle into a filesystem mirror. @returns where it is now */
export function installProvider({ bundle, name, version, mirror = DEFAULT_MIRROR }) {
  const folder = join(mirror, 'registry.terraform.io', 'roomlb', name, version, PLATFORM);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(bundle, folder, { recursive: true });
  return folder;
}

/** What a configuration then has to say. */
export function requirement(name, version) {
  return `terraform {
  required_providers {
    ${name} = {
      source  = "roomlb/${name}"
      version = "${version}"
    }
  }
}
`;
}
