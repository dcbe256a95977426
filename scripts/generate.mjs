// `npm run generate`: renews everything that is generated and committed. A test fails while it is stale.
import { ensureModules, root, run } from './setup.mjs';

ensureModules();
run(process.execPath, ['--import', 'tsx', 'scripts/generate.ts'], { cwd: root });
