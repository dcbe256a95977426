/**
 * F5 BIG-IP by tmsh: a file for `load sys config merge`, in the form of bigip.conf, and the same objects as
 * one transaction of `create` commands. Written from the "tmsh Reference" (clouddocs.f5.com, cli/tmsh-reference),
 * whose components the comments of this folder cite.
 */
import type { Intent } from '../../intent/model.ts';
import { carriedBy, type Device } from '../dialect/carried.ts';
import { deviceHeader } from '../dialect/header.ts';
import type { Rendering, Target } from '../target.ts';
import { transactions } from './changes.ts';
import { bigIpFindings } from './findings.ts';
import { guide } from './guide.ts';
import { virtualNames } from './names.ts';
import { objectsOf, type Virtual } from './objects.ts';
import { readBack } from './read-back.ts';
import { bigIpRules } from './rules.ts';
import { poolMember, sharedObjects, virtualObject } from './stanzas.ts';
import { createWords, itemWords, stanza, type TmshObject } from './tmsh.ts';

export const f5Tmsh: Target = {
  name: 'f5-tmsh',
  kind: 'device',
  title: 'F5 BIG-IP LTM, as bigip.conf and as a tmsh transaction',
  capabilities: {
    udp: 'one virtual a port',
    tcp: 'yes',
    forwarding: ['nat', 'dsr', 'tunnel'],
    ipv6: true,
    naming: ['ports'],
    health: 'HTTP, TCP, STUN',
    drain: 'session user-disabled: keep-flows; flush by hand',
    versions: 'BIG-IP 13 to 17',
  },
  guide,
  render,
  readBack,
  changes: transactions(objectsIn),
};

const CONF = 'roomlb.conf';
const SCRIPT = 'roomlb-tmsh.sh';

const PURPOSE = [
  `Copy ${CONF} to /var/tmp, then: tmsh load sys config merge file /var/tmp/${CONF} verify`,
  'and, if that finds nothing, the same without verify; tmsh save sys config.',
  "Objects whose names begin with roomlb are roomlb's; others are left alone.",
];

const SCRIPT_PURPOSE = [
  `The objects of ${CONF} in one transaction, for a BIG-IP that has none of them yet: sh ${SCRIPT}`,
  'Nothing is changed if any command fails.',
];

const DEVICE: Device = { label: 'BIG-IP', forwarding: ['nat', 'dsr', 'tunnel'], families: [4, 6] };

/** Each behind those that it refers to. */
function objectsIn(intent: Intent): TmshObject[] {
  const { services } = carriedBy(DEVICE, intent);
  const objects = objectsOf(services);
  const nameOf = virtualNames(services);
  return [...sharedObjects(objects), ...objects.virtuals.map((one) => virtualObject(one, nameOf(one)))];
}

function render(intent: Intent): Rendering {
  const { services, findings: refused } = carriedBy(DEVICE, intent);
  const findings = [...refused, ...bigIpFindings(intent, services)];
  if (services.length === 0 && intent.services.length > 0) return { files: [], rules: [], findings };

  const objects = objectsOf(services);
  const nameOf = virtualNames(services);
  const conf = deviceHeader('f5-tmsh', intent, PURPOSE, findings, '#').map((line) => `${line}\n`);
  const script = [
    '#!/bin/sh',
    ...deviceHeader('f5-tmsh', intent, SCRIPT_PURPOSE, [], '#'),
    "tmsh <<'END'",
    'create cli transaction',
  ];
  const write = (object: TmshObject): string => {
    const text = createWords(object);
    conf.push(stanza(object));
    script.push(`create ${text}`);
    return text;
  };
  sharedObjects(objects).forEach(write);
  const texts = new Map(objects.virtuals.map((one) => [one, write(virtualObject(one, nameOf(one)))]));
  script.push('submit cli transaction', 'END', '');
  return {
    files: [
      { path: CONF, content: conf.join('') },
      { path: SCRIPT, content: script.join('\n'), mode: 0o755 },
    ],
    rules: bigIpRules(objects.virtuals, {
      virtual: (one) => texts.get(one) ?? '',
      member: memberText,
    }),
    findings,
  };
}

function memberText({ pool }: Virtual, index: number): string {
  const member = pool.members[index];
  return member ? itemWords(poolMember(member, pool.weighted)) : '';
}
