/** The client as others get it: out of the packed package, with its types. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/setup.mjs';

const PROGRAM = `
import { RoomlbClient, RoomlbError, type Envelope } from 'roomlb/client';
const client = new RoomlbClient({ url: 'http://127.0.0.1:9' });
export async function follow(): Promise<string[]> {
  const { node } = await client.claim('standup', { zone: 'a' });
  for await (const event of client.events({ kinds: ['room.moved'] }))
    if (event.type === 'room.moved') return [node.id, event.from, event.to];
  return [];
}
export const last = (event: Envelope): string => \`\${event.epoch}:\${event.seq}\`;
// @ts-expect-error rooms have names
export const nameless = () => client.claim(7);
if (!(new RoomlbError('x') instanceof Error)) throw new Error('it is none');
console.log(typeof client.events);
`;

test('the packed package has the client and its types', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-packed-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  }).trim();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'roomlb'), { recursive: true });
  execFileSync('tar', ['xzf', join(folder, packed), '--strip-components=1', '-C', join(modules, 'roomlb')]);
  // What the package depends on, and what any program in TypeScript has.
  for (const name of ['typebox', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  const strict = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, ...strict, '--skipLibCheck', 'program.ts'], {
    cwd: folder,
    stdio: 'inherit',
  });
  const out = execFileSync(process.execPath, ['program.js'], { cwd: folder, encoding: 'utf8' });
  assert.equal(out, 'function\n');
});
