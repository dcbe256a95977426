// `npm run bench [part …]`: prints a table, and writes JSON to --json FILE if asked. Parts: placement,
// store, api, render.
import { ensureBuilt, ensureModules, root, run } from './setup.mjs';

ensureModules();
ensureBuilt();
run(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/bench/main.ts', ...process.argv.slice(2)], {
  cwd: root,
});
