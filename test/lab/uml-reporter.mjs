// A reporter for node:test that hands results over to another process: a line of JSON per test.
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, nesting, skip, details } = data;
    const error = details.error?.cause ?? details.error;
    const stack = type === 'test:fail' ? (error?.stack ?? String(error)) : undefined;
    yield `${JSON.stringify({ name, nesting, skip, error: stack, ms: details.duration_ms })}\n`;
  }
}
