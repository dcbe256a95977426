// `npm run bench -- [part …] [--json FILE]`: prints a table, and writes JSON too if asked. All parts if none
// is named; test/bench/main.ts lists them.
import { ensureBuilt, ensureModules, root, run } from './setup.mjs';

ensureModules();
ensureBuilt();
run(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/bench/main.ts', ...process.argv.slice(2)], {
  cwd: root,
});
