// A client that opens new connections to signalling ports of a VIP, one after the other and without waiting for
// answers. Arguments: `NAME=URL`…; a line of JSON for each connection that is over: `{name, seq, at, node}`, where
// `at` is when it began, in milliseconds since the epoch, and `node` who answered in time, or null.
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { setInterval } from 'node:timers';

/** Milliseconds: between two connections, and the longest that an answer is waited for. */
const EVERY = 15;
const PATIENCE = 500;

for (const target of process.argv.slice(2)) {
  const [name, url] = target.split('=');
  let seq = 0;
  setInterval(() => {
    const knock = { name, seq: seq++, at: performance.timeOrigin + performance.now() };
    void answer(url).then((node) => console.log(JSON.stringify({ ...knock, node })));
  }, EVERY);
}
process.stdin.resume().on('end', () => process.exit());

/** A media node says on its signalling port which one it is. */
function answer(url) {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false, signal: AbortSignal.timeout(PATIENCE) }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(/\/n\/([^/]+)\//.exec(text)?.[1] ?? null));
    });
    request.on('error', () => resolve(null));
  });
}
