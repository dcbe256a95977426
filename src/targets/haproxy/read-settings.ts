/** What a proxy's section of an haproxy.cfg says, as far as a topology can say it. */
import type { ReadLine } from '../reading/lines.ts';
import { after } from '../reading/values.ts';

export interface Settings {
  readonly binds: readonly ReadLine[];
  readonly servers: readonly ReadLine[];
  readonly defaultBackend: string | null;
  readonly http: boolean;
  /** Seconds. */
  readonly idleTimeout: number | null;
  /** Seconds. */
  readonly persistence: number | null;
  readonly checks: { readonly path?: string };
  /** The domain that server names are cut off from. */
  readonly domain: string | null;
  readonly unread: readonly ReadLine[];
}

/** Lines that say nothing of where connections go, or that follow from the rest of a topology. */
const PASSED_OVER = [
  /^(log|maxconn|description|balance (roundrobin|static-rr)|option (tcplog|httplog|dontlognull|redispatch|forwardfor))\b/,
  /^option httpchk( [A-Z]+ \S+)?$/,
  /^http-check expect status 200$/,
  /^timeout (server|server-fin|client-fin|connect|check|queue|http-request|http-keep-alive)\b/,
  /^tcp-request (inspect-delay|content accept)\b/,
  /^(http-request set-header X-Forwarded-|http-request set-var\(txn\.node\)|acl named var|use-server %\[var\(txn\.node\)\])/,
  /^stick (match|store-request|on) src\b/,
];

export function settingsOf({ body }: ReadLine): Settings {
  const of = (keyword: string) => body.filter(({ words }) => words[0] === keyword);
  const first = (pattern: RegExp) => {
    for (const { text } of body) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const domain = first(/^.*\bset-var\(txn\.node\).* -m end \.([a-z0-9.-]+) \}$/);
  const path = first(/^http-check send .*\buri (\S+)/) ?? first(/^option httpchk [A-Z]+ (\S+)/) ?? undefined;
  const known = [/^(bind|server|default_backend) /, /^mode (tcp|http)$/, /^timeout (client|tunnel) /];
  const stick = of('stick-table').find(({ words }) => ['ip', 'ipv6'].includes(after(words, 'type') ?? ''));
  const idle = first(/^timeout tunnel (\S+)/) ?? first(/^timeout client (\S+)/);
  return {
    binds: of('bind'),
    servers: of('server'),
    defaultBackend: first(/^default_backend (\S+)/) ?? null,
    http: body.some(({ text }) => text === 'mode http'),
    idleTimeout: idle === undefined ? null : seconds(idle),
    persistence: stick ? seconds(after(stick.words, 'expire') ?? '') : null,
    checks: path === undefined ? {} : { path },
    domain: domain ?? null,
    unread: body.filter((line) => {
      const { text } = line;
      if (line === stick || /^http-check send .*\buri /.test(text) || text.includes('set-var(txn.node)'))
        return false;
      return ![...known, ...PASSED_OVER].some((pattern) => pattern.test(text));
    }),
  };
}

const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };

/** Section 2.5: a number without unit is milliseconds. Null for what is none, or no whole second. */
function seconds(text: string): number | null {
  const [, digits, unit = 'ms'] = /^([0-9]+)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  const value = digits === undefined ? 0 : Number(digits) * (UNITS[unit] ?? 0);
  return value >= 1 ? Math.round(value) : null;
}
