/** What `roomlb probe` may be pointed at: a node of the topology, or a URL that says how to ask. Pure. */
import { JANUS_ADMIN_PORT, JANUS_PORT, type TlsChoice } from '../../topology/health/config.ts';
import { parseAddress } from '../../topology/address.ts';
import type { IpAddress, Protocol } from '../../topology/model.ts';
import { HOST_PATTERN, ID_PATTERN, URL_PATH_PATTERN } from '../../topology/patterns.ts';
import { CliError, EXIT } from '../exit.ts';

interface Located {
  /** As it was given. */
  readonly text: string;
  /** An address, or a name to look up. */
  readonly host: IpAddress | string;
  readonly port: number;
}

export interface StunTarget extends Located {
  readonly kind: 'stun';
  readonly transport: Protocol;
}

export interface TcpTarget extends Located {
  readonly kind: 'tcp';
}

export interface HttpTarget extends Located {
  readonly kind: 'http';
  readonly tls: TlsChoice;
  /** With its query. */
  readonly path: string;
}

export interface JanusTarget extends Located {
  readonly kind: 'janus';
  readonly tls: TlsChoice;
  readonly path: string;
  readonly adminPort: number;
}

export type UrlTarget = StunTarget | TcpTarget | HttpTarget | JanusTarget;
export type ProbeTarget = { readonly kind: 'node'; readonly text: string } | UrlTarget;

/** RFC 7064: of STUN without a port. */
const STUN_PORT = 3478;

export const TARGET_FORMS = `Targets:
  sfu-1                            a node of the topology, by every check that is planned for it
  stun://192.0.2.1:40000           a STUN Binding; signed, if --ufrag is given; ?transport=tcp as in ICE-TCP
  http://192.0.2.1:9100/health     a GET that must answer 2xx; https:// too
  tcp://192.0.2.1:4443             a connection
  janus://192.0.2.1:8088/janus     GET /janus/info; janus+https:// too; ?admin=7088 for the port of its admin API
  IPv6 addresses in brackets: tcp://[2001:db8::1]:4443`;

/** @throws CliError that says what is wrong and what to write instead */
export function parseTarget(text: string, options: { readonly insecure?: boolean } = {}): ProbeTarget {
  if (!text.includes('://')) {
    if (new RegExp(ID_PATTERN).test(text)) return { kind: 'node', text };
    throw bad(text, 'is neither the id of a node nor a URL', `such as stun://${hostPort(text)}`);
  }
  const url = parseUrl(text);
  const host = hostOf(text);
  const secure = options.insecure ? 'insecure' : 'verify';
  switch (url.protocol) {
    case 'stun:':
      only(url, text, ['transport']);
      noPath(url, text);
      return {
        kind: 'stun',
        text,
        host,
        port: portOf(url, STUN_PORT, text),
        transport: transportOf(url, text),
      };
    case 'tcp:':
      only(url, text, []);
      noPath(url, text);
      return { kind: 'tcp', text, host, port: portOf(url, null, text) };
    case 'http:':
    case 'https:': {
      const tls = url.protocol === 'https:' ? secure : 'off';
      const port = portOf(url, tls === 'off' ? 80 : 443, text);
      return { kind: 'http', text, host, port, tls, path: pathOf(url.pathname + url.search, text) };
    }
    case 'janus:':
    case 'janus+https:': {
      only(url, text, ['admin']);
      const tls = url.protocol === 'janus:' ? 'off' : secure;
      const path = url.pathname === '' || url.pathname === '/' ? '/janus' : pathOf(url.pathname, text);
      const admin = url.searchParams.get('admin') ?? String(JANUS_ADMIN_PORT);
      const adminPort = portFrom(admin, text);
      return { kind: 'janus', text, host, port: portOf(url, JANUS_PORT, text), tls, path, adminPort };
    }
    default:
      throw bad(
        text,
        `${url.protocol}// is no way to probe`,
        'stun, http, https, tcp, janus, janus+https are',
      );
  }
}

function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw bad(text, 'is not a URL', 'IPv6 addresses stand in brackets, without a zone', { cause });
  }
  if (url.username !== '' || url.password !== '') {
    throw bad(
      text.replace(/\/\/.*@/, '//…@'),
      'secrets do not belong into a URL: others see it in the list of processes',
      'write --ufrag and --password-file',
    );
  }
  if (url.hash !== '') throw bad(text, 'a fragment means nothing to a probe', 'leave out what follows #');
  return url;
}

/** As it was written: of http://010.0.0.1 URLs make 8.0.0.1, which is not what anybody meant. */
function hostOf(text: string): IpAddress | string {
  const [, inBrackets, bare = ''] = /^[^:]+:\/\/(?:\[([^\]]*)\]|([^:/?#]*))/.exec(text) ?? [];
  const address = parseAddress(inBrackets ?? bare);
  if (address && (address.family === 6) === (inBrackets !== undefined)) return address;
  if (new RegExp(HOST_PATTERN).test(bare)) return bare;
  const host = JSON.stringify(inBrackets ?? bare);
  throw bad(text, `${host} is neither an address nor a name`, 'write scheme://HOST:PORT');
}

function portOf({ port }: URL, fallback: number | null, text: string): number {
  if (port !== '') return portFrom(port, text);
  if (fallback === null) throw bad(text, 'has no port', 'write scheme://HOST:PORT');
  return fallback;
}

function portFrom(digits: string, text: string): number {
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port < 1 || port > 65_535)
    throw bad(text, `no port: ${JSON.stringify(digits)}`, 'ports are 1 to 65535');
  return port;
}

function transportOf({ searchParams }: URL, text: string): Protocol {
  const transport = searchParams.get('transport') ?? 'udp';
  if (transport === 'udp' || transport === 'tcp') return transport;
  throw bad(text, `no transport: ${JSON.stringify(transport)}`, 'write ?transport=udp or ?transport=tcp');
}

function pathOf(path: string, text: string): string {
  if (path.length <= 1024 && new RegExp(URL_PATH_PATTERN).test(path)) return path;
  throw bad(text, 'the path is too long, or has characters that URLs do not have', 'percent-encode it');
}

/** What would be ignored is refused: whoever wrote it wanted something. */
function only({ searchParams }: URL, text: string, known: readonly string[]): void {
  const names = [...searchParams.keys()];
  const stray = names.find((name, i) => !known.includes(name) || names.indexOf(name) !== i);
  if (stray === undefined) return;
  const takes = known.length === 0 ? 'nothing' : known.map((name) => `?${name}= once`).join(', ');
  throw bad(text, `?${stray}= means nothing here`, `it takes ${takes}`);
}

function noPath({ pathname }: URL, text: string): void {
  if (pathname !== '' && pathname !== '/') throw bad(text, 'has a path', 'end it with the port');
}

function hostPort(text: string): string {
  return /^[\w.-]+:\d{1,5}$/.test(text) ? text : '192.0.2.1:40000';
}

function bad(text: string, fault: string, hint: string, options?: ErrorOptions): CliError {
  return new CliError(EXIT.badInput, `${text}: ${fault} (hint: ${hint})`, options);
}
