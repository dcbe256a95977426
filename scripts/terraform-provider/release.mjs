// A release in the layout that a registry takes (terraform: "Publishing providers"): archives, their checksums, a
// manifest. The same sources make the same bytes, so that whoever doubts a release can build it.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { PLATFORMS } from './platform.mjs';

const MANIFEST = { version: 1, metadata: { protocol_versions: ['6.0'] } };
// The first moment that a zip can tell, in local time, as it is written there.
const LONG_AGO = new Date(1980, 0, 1);
const UNIX = 3;

/** @returns the names of the files that it wrote, without those that were there before */
export function writeRelease({ bundle, folder, name, version }) {
  const base = `terraform-provider-${name}_${version}`;
  const archive = zip(bundle, (file) => file.startsWith('terraform-provider-'));
  const files = [
    ...PLATFORMS.map((platform) => [`${base}_${platform}.zip`, archive]),
    [`${base}_manifest.json`, Buffer.from(`${JSON.stringify(MANIFEST, null, 2)}\n`)],
  ];
  const sums = files.map(([file, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${file}\n`);
  const all = [...files, [`${base}_SHA256SUMS`, Buffer.from(sums.join(''))]];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, bytes] of all) writeFileSync(join(folder, file), bytes);
  return all.map(([file]) => file);
}

function zip(folder, isExecutable) {
  const options = (file) => ({
    mtime: LONG_AGO,
    os: UNIX,
    // The upper half is what stat(2) has as st_mode.
    attrs: (isExecutable(file) ? 0o100755 : 0o100644) * 0x10000,
    level: 9,
  });
  return zipSync(
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((file) => [file, [readFileSync(join(folder, file)), options(file)]]),
    ),
  );
}
