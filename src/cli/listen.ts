import { CliError, EXIT } from './exit.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; port 0 asks the system for a free one. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65535) {
    const example = 'write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080';
    throw new CliError(EXIT.badInput, `--listen ${JSON.stringify(text)}: ${example}`);
  }
  return { host, port };
}
