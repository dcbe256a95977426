import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import type { AuditEntry } from '../../src/api/audit.ts';
import { openAuditLog } from '../../src/cli/audit-log.ts';
import { keepReloading } from '../../src/cli/reloading.ts';
import { until } from '../media-node/support.ts';

test('an audit log that cannot be opened anew on SIGHUP goes on as it was, and is tried again on the next', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-audit-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [now, before] = [join(folder, 'now'), join(folder, 'before')];
  mkdirSync(now);
  const told: string[] = [];
  const logger = pino({}, { write: (line) => void told.push((JSON.parse(line) as { msg: string }).msg) });
  const file = join(now, 'audit.jsonl');
  const audit = openAuditLog(file, logger);
  const stop = keepReloading([audit.reloadable], logger);
  t.after(() => {
    stop();
    audit.close();
  });
  const entry = (id: string) => ({ id }) as unknown as AuditEntry;
  const hangUp = async (answer: RegExp) => {
    told.length = 0;
    process.kill(process.pid, 'SIGHUP');
    await until('it is told', () => told.some((text) => answer.test(text)));
  };

  audit.write(entry('a'));
  renameSync(now, before);
  await hangUp(/^cannot be read again, so the former ones hold: audit log/);
  audit.write(entry('b'));
  mkdirSync(now);
  await hangUp(/^read again: audit log/);
  audit.write(entry('c'));
  assert.equal(readFileSync(join(before, 'audit.jsonl'), 'utf8'), '{"id":"a"}\n{"id":"b"}\n');
  assert.equal(readFileSync(file, 'utf8'), '{"id":"c"}\n');
});
