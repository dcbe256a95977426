// REST from inside a lab's namespace: one request a line, one answer a line, both JSON.
import { createInterface } from 'node:readline';

const LIMIT_MS = 20_000;

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, url, body } = JSON.parse(line);
  void ask(method, url, body).then((answer) => console.log(JSON.stringify({ id, ...answer })));
}

async function ask(method, url, body) {
  try {
    const answer = await fetch(url, {
      method,
      signal: AbortSignal.timeout(LIMIT_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  } catch (error) {
    return { status: 0, body: String(error) };
  }
}
