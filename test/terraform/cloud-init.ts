/** User data as cloud-init itself reads it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const MISSING = spawnSync('cloud-init', ['--version']).status !== 0;

/** Held to the schema of the cloud-init that is here; where there is none, the test says so and goes on. */
export function cloudInitTakes(t: TestContext, userData: string): void {
  if (MISSING) {
    t.diagnostic('cloud-init is not installed: its schema was not asked');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-cloud-init-'));
  try {
    const file = join(folder, 'user-data');
    writeFileSync(file, userData);
    const { status, stdout, stderr } = spawnSync('cloud-init', ['schema', '--config-file', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /Valid/i);
    assert.doesNotMatch(`${stdout}${stderr}`, /deprecat/i);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
