// `npm test`: installs what is missing, builds, and runs every test/**/*.test.ts (or those whose path
// contains one of the arguments) with Node's own runner.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureEngines, ensureModules, root, run } from './setup.mjs';

ensureModules();
ensureEngines();
ensureBuilt();

const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();
// Lab tests start engines and virtual machines: two files at a time is what a small machine carries.
run(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...files]);
