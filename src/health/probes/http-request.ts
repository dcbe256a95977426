import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { performance } from 'node:perf_hooks';
import { formatEndpoint } from '../../topology/address.ts';
import type { IpAddress } from '../../topology/model.ts';
import type { HttpAccess } from '../endpoint.ts';
import type { Outcome } from '../outcome.ts';
import { socketError } from './socket-error.ts';

/** Beyond this an answer is read no further. */
export const MAX_BODY_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

export interface HttpQuestion extends HttpAccess {
  readonly address: IpAddress;
  readonly port: number;
  /** Milliseconds for all of it: connection, TLS, answer. */
  readonly timeout: number;
  /** Sent as JSON by POST; a GET without it. */
  readonly json?: unknown;
}

export type HttpResult =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly rtt: number }
  | { readonly kind: 'none'; readonly outcome: Outcome };

/** One request over a connection of its own, redirects not followed. Never rejects. */
export function askHttp(question: HttpQuestion): Promise<HttpResult> {
  const { address, port, timeout, path, host, tls, json } = question;
  return new Promise((resolve) => {
    const start = performance.now();
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const options: RequestOptions & { servername?: string; rejectUnauthorized?: boolean } = {
      host: address.text,
      port,
      path,
      method: body ? 'POST' : 'GET',
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      setHost: false,
      headers: {
        host: host ?? formatEndpoint(address, port),
        'user-agent': 'roomlb',
        accept: '*/*',
        connection: 'close',
        ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
      },
      ...(tls !== 'off' && { servername: host ?? '', rejectUnauthorized: tls === 'verify' }),
    };
    const client = (tls === 'off' ? httpRequest : httpsRequest)(options);
    const finish = (result: HttpResult) => {
      clearTimeout(timer);
      client.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => {
      const why = `no HTTP answer from port ${port} within ${timeout} ms`;
      finish({ kind: 'none', outcome: { kind: 'timeout', why } });
    }, timeout);
    client.on('error', (error) => finish({ kind: 'none', outcome: httpError(error, tls !== 'off') }));
    client.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const answer = () => {
        const text = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString();
        finish({
          kind: 'answer',
          status: response.statusCode ?? 0,
          body: text,
          rtt: performance.now() - start,
        });
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= MAX_BODY_BYTES) answer();
      });
      response.on('end', answer);
      response.on('error', (error) => finish({ kind: 'none', outcome: httpError(error, tls !== 'off') }));
    });
    client.end(body);
  });
}

/** Errors of the network come from a system call; those of TLS don't, but for EPROTO. */
function httpError(error: NodeJS.ErrnoException, secure: boolean): Outcome {
  const code = error.code ?? error.name;
  if (code.startsWith('HPE_')) return wrong(`the answer is not HTTP (${code})`);
  const ofTls = code === 'EPROTO' || (error.syscall === undefined && code !== 'ECONNRESET');
  return secure && ofTls ? wrong(`TLS: ${error.message}`) : socketError(code);
}

function wrong(why: string): Outcome {
  return { kind: 'failure', reason: 'wrong-answer', why };
}
