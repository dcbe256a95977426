/** Lines for TF_LOG: Terraform reads them from stderr, in the form of its own logger (hclog's JSON). */
export function log(level: 'error' | 'warn' | 'info' | 'debug', message: string) {
  const line = { '@level': level, '@message': message, '@timestamp': new Date().toISOString() };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
