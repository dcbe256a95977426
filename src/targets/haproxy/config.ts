/** The whole file, for any intent: one of which HAProxy can carry nothing makes a file that carries nothing. */
import type { Intent, VirtualService } from '../../intent/model.ts';
import { header } from '../header.ts';
import type { Rule } from '../target.ts';
import { carries, findingsOf } from './findings.ts';
import { DEFAULTS, globalSection, STATS_SOCKET } from './global.ts';
import { pool } from './pool.ts';
import type { BindOptions, Section } from './section.ts';
import { media, nodeSignalling } from './single.ts';
import { withStructure } from './structure.ts';

const PURPOSE = ["All of this file is roomlb's: change the topology, and render it anew."];

const RENDERERS: Record<VirtualService['role'], (service: VirtualService, options: BindOptions) => Section> =
  {
    signalling: pool,
    'node-signalling': nodeSignalling,
    media,
  };

export function renderConfig(
  intent: Intent,
  statsSocket = STATS_SOCKET,
): { readonly text: string; readonly rules: readonly Rule[] } {
  const floating = new Set(intent.vips.filter((vip) => vip.vrrp !== null).map((vip) => vip.id));
  const sections = intent.services
    .filter(carries)
    .map((service) => RENDERERS[service.role](service, { floating: floating.has(service.vip) }));
  const lines = [
    ...header('haproxy', intent, PURPOSE, findingsOf(intent, statsSocket)),
    '',
    ...globalSection(statsSocket),
    ...DEFAULTS,
  ];
  for (const part of sections) for (const line of part.lines) lines.push(line);
  return { text: `${withStructure(lines).join('\n')}\n`, rules: sections.flatMap((part) => part.rules) };
}
