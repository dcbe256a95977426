/**
 * How a client that names its node gets there. The name is put in the variable `txn.node`, and one
 * `use-server` rule with a log-format argument (HAProxy 2.2) looks it up among the pool's servers: exact, O(1)
 * rules, and true for servers that were added at run time. HAProxy ignores the rule where no server of
 * that name is up, and falls back to balancing by weight. A server of weight 0 is up, so that draining nodes are
 * still reached by name.
 */
import type { VirtualService } from '../../intent/model.ts';

const NODE = 'txn.node';

/** The ACL that holds where the client named a node. */
export const NAMED = 'named';

/** Lines that find out the name and honour it; empty where the engine cannot see any. */
export function namingLines(service: VirtualService): string[] {
  const lines = findName(service);
  if (lines.length === 0) return [];
  return [...lines, `acl ${NAMED} var(${NODE}) -m found`, `use-server %[var(${NODE})] if ${NAMED}`];
}

export function seesNames(service: VirtualService): boolean {
  return findName(service).length > 0;
}

function findName(service: VirtualService): string[] {
  if (service.tls === 'passthrough') return bySni(service);
  return [...byPath(), ...byTlsName(service)];
}

/** `/n/<node>`, with or without more behind it: the third field, since the path begins with a slash. */
function byPath(): string[] {
  return [`http-request set-var(${NODE}) path,field(3,/) if { path_beg /n/ }`];
}

/** The URL that is handed out has the path as well; this is for clients that connect to the bare name. */
function byTlsName(service: VirtualService): string[] {
  if (service.tls !== 'terminate' || service.naming.by !== 'sni') return [];
  return [setFromSni('http-request', 'ssl_fc_sni', service.naming.domain, '!{ path_beg /n/ }')];
}

function bySni(service: VirtualService): string[] {
  if (service.naming.by !== 'sni') return [];
  return [
    'tcp-request inspect-delay 5s',
    setFromSni('tcp-request content', 'req.ssl_sni', service.naming.domain, ''),
    'tcp-request content accept if { req.ssl_hello_type 1 }',
  ];
}

/** The server name less the domain; any other name sets nothing. Host names know no case (RFC 4343). */
function setFromSni(rule: string, fetch: string, domain: string, condition: string): string {
  const suffix = `.${domain.toLowerCase()}`;
  const pattern = `${suffix.replaceAll('.', '[.]')}$`;
  const conditions = [condition, `{ ${fetch} -i -m end ${suffix} }`].filter(Boolean).join(' ');
  return `${rule} set-var(${NODE}) '${fetch},lower,regsub("${pattern}","")' if ${conditions}`;
}
