// `npm start`: installs and builds what is missing, then serves lb-config/local.yaml. Arguments after
// `--` go to `roomlb serve`.
import { spawn } from 'node:child_process';
import { ensureBuilt, ensureModules, root } from './setup.mjs';

ensureModules();
ensureBuilt();

const args = process.argv.slice(2);
const topology = args.some((arg) => arg === '--topology' || arg.startsWith('--topology='))
  ? []
  : ['--topology', 'lb-config/local.yaml'];
const child = spawn(process.execPath, ['dist/cli/main.js', 'serve', ...topology, ...args], {
  cwd: root,
  stdio: 'inherit',
});
// Ctrl-C reaches the whole process group; the server shuts down by itself, and its exit code is ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
