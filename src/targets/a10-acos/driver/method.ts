/** The method of a health monitor: a line in a running configuration, an object in aXAPI. */
import { isRecord } from '../../../json.ts';
import { after } from '../../reading/values.ts';

export function methodJson(text: string): object {
  const words = text.split(' ');
  const port = Number(after(words, 'port'));
  const [kind] = words;
  if (kind === 'tcp') return { tcp: { 'method-tcp': 1, 'tcp-port': port } };
  if (kind === 'udp') return { udp: { udp: 1, 'udp-port': port } };
  if (kind === 'compound') return { compound: { compound: 1, 'rpn-string': words.slice(1).join(' ') } };
  return {
    http: {
      http: 1,
      ...{ 'http-port': port, 'http-expect': 1, 'http-response-code': after(words, 'response-code') },
      ...{ 'http-url': 1, 'url-type': 'GET', 'url-path': after(words, 'GET') },
    },
  };
}

/** As `methodJson` takes it; of another method its name, which differs from all of them. */
export function methodText(method: Readonly<Record<string, unknown>>): string {
  for (const [name, said] of Object.entries(method)) {
    if (!isRecord(said)) continue;
    const text = (key: string) => String(said[key]);
    if (name === 'http')
      return `http port ${text('http-port')} expect response-code ${text('http-response-code')} url ${text('url-type')} ${text('url-path')}`;
    if (name === 'tcp') return `tcp port ${text('tcp-port')}`;
    if (name === 'udp') return `udp port ${text('udp-port')}`;
    return name === 'compound' ? `compound ${text('rpn-string')}` : name;
  }
  return '';
}
