// `npm start`: installs and builds what is missing, then serves lb-config/local.yaml with its media nodes, if a
// mediasoup worker is to be had. `-- --no-nodes` leaves them out, and so does a `--topology` of one's own, whose nodes may
// be anybody's; other arguments after `--` go to `roomlb serve`.
import { spawn } from 'node:child_process';
import { localNodes, startNodes, whyNoNodes } from './local-nodes.mjs';
import { ensureBuilt, ensureModules, root, step } from './setup.mjs';

const LOCAL = 'lb-config/local.yaml';

ensureModules();
ensureBuilt();

const args = process.argv.slice(2).filter((arg) => arg !== '--no-nodes');
const given = args.some((arg) => /^(-t|--topology(=|$))/.test(arg));
const nodes = given || process.argv.includes('--no-nodes') ? [] : await localNodes(LOCAL);
const missing = nodes.length === 0 ? undefined : whyNoNodes();
// Nobody would answer the probes of nodes that are not there, and no room would get a place.
const quiet = given || (nodes.length > 0 && missing === undefined) ? [] : ['--no-probes'];
let endNodes = () => Promise.resolve();

const server = spawn(
  process.execPath,
  ['dist/cli/main.js', 'serve', ...(given ? [] : ['--topology', LOCAL]), ...quiet, ...args],
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);
server.on('message', ({ listening }) => {
  if (given) step(`no media nodes of that topology are started; each by: ${byHand(listening)}`);
  if (nodes.length === 0) return;
  if (missing !== undefined) {
    step(`no media nodes: ${missing}`);
    return;
  }
  const list = nodes.map(({ id, addresses }) => `${id} on ${addresses.join(' and ')}`).join(', ');
  step(`media nodes: ${list} (npm start -- --no-nodes leaves them out)`);
  endNodes = startNodes(nodes, listening, logLevel());
});
// Ctrl-C reaches the whole process group; the server shuts down by itself, and its exit code is ours.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.on('exit', async (code, signal) => {
  await endNodes();
  process.exit(code ?? (signal ? 1 : 0));
});

function byHand(dispatcher) {
  return `npx roomlb media-node ID --dispatcher ${dispatcher}`;
}

/** Nodes log as much as the dispatcher. */
function logLevel() {
  const at = args.findIndex((arg) => /^--log-level(=|$)/.test(arg));
  if (at === -1) return [];
  return args[at] === '--log-level' ? args.slice(at, at + 2) : [args[at]];
}
