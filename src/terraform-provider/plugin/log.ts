/** Lines for TF_LOG: Terraform reads them from stderr, in the form of its own logger (hclog's JSON). */
export function log(level: 'error' | 'warn' | 'info' | 'debug', message: string) {
  // Many lines, which nobody would see.
  if (level === 'debug' && !isRead()) return;
  const line = { '@level': level, '@message': message, '@timestamp': new Date().toISOString() };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** Terraform hands its environment on to providers. */
function isRead(): boolean {
  const { TF_LOG = '', TF_LOG_PROVIDER = '' } = process.env;
  return TF_LOG !== '' || TF_LOG_PROVIDER !== '';
}
