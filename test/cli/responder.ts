/** Somebody who answers by HTTP, as a process of its own that a test can have ended: what stands behind a VIP. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

const PROGRAM = `
  const [address, port] = process.argv.slice(1);
  require('node:http')
    .createServer((_, answer) => answer.writeHead(404).end())
    .listen(Number(port), address, () => console.log('listens'));
`;

/** Resolves once it listens. */
export async function startResponder(t: TestContext, address: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', PROGRAM, address, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}
