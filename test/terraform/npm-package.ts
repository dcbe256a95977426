/**
 * Packages that one test reads and nothing else needs, too large to be a dependency of everybody's installation: kept
 * as npm packs them, in the cache where media workers are kept too.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** What the file has to be (`npm view NAME@VERSION dist.integrity`), wherever it came from. */
  readonly integrity: string;
}

/** @returns the path of the package's archive, or null where it cannot be had */
export function npmArchive({ name, version, integrity }: NpmPackage): string | null {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'roomlb');
  const archive = join(cache, `${name.replaceAll(/[@/]/g, '-').replace(/^-/, '')}-${version}.tgz`);
  if (existsSync(archive) && integrityOf(archive) === integrity) return archive;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, 'pack-'));
  try {
    // Where there is no network, that is soon known.
    const options = ['--silent', '--fetch-retries=0', '--pack-destination', scratch];
    const { status } = spawnSync('npm', ['pack', `${name}@${version}`, ...options], {
      stdio: 'ignore',
      timeout: 180_000,
    });
    const [file] = readdirSync(scratch);
    if (status !== 0 || file === undefined) return null;
    const fetched = join(scratch, basename(file));
    if (integrityOf(fetched) !== integrity) {
      throw new Error(`${name}@${version} is not the package that this test was written for: ${integrity}`);
    }
    // Whole or not at all, also with another test run beside this one.
    renameSync(fetched, archive);
    return archive;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The text of each of these files of an archive. Fails if one of them is not in there. */
export function filesOfArchive(archive: string, paths: readonly string[]): Map<string, string> {
  const folder = mkdtempSync(`${archive}-`);
  try {
    const { status, stderr } = spawnSync('tar', ['-xzf', archive, '-C', folder, ...paths], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`tar -xzf ${archive}: ${stderr}`);
    return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function integrityOf(file: string): string {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}
