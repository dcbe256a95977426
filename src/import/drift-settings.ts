/** What a running configuration says of a service beside who its members are, as texts that can be compared. */
import type { SeenMember, SeenService } from '../targets/seen.ts';

/** What it is about → what is said of it. What the configuration leaves open is not in here. */
export type Settings = ReadonlyMap<string, string>;

export function settingsOf(service: SeenService): Settings {
  const { idleTimeout, persistence, tls, certificate, domain, members } = service;
  return new Map([
    // Devices leave out what is their default: then nothing is known of it.
    ...(idleTimeout === null ? [] : [['idle', `idle ${idleTimeout} s`] as const]),
    ...(tls === null ? [] : [['tls', `TLS ${tls}`] as const]),
    ['persistence', persistence === null ? 'no persistence' : `persistence ${persistence} s`],
    ['certificate', certificate === null ? 'no certificate' : `certificate ${certificate}`],
    ['domain', domain === null ? 'no server names' : `server names of ${domain}`],
    ...members.flatMap(checksOf),
  ]);
}

function checksOf({ address: { text }, monitor, stunPort }: SeenMember): [string, string][] {
  return [
    [`${text} monitor`, `${text} ${monitorText(monitor)}`],
    [
      `${text} stun`,
      stunPort === null ? `${text} not asked by STUN` : `${text} asked by STUN at ${stunPort}`,
    ],
  ];
}

function monitorText(monitor: SeenMember['monitor']): string {
  if (!monitor) return 'not checked';
  const { kind, port } = monitor;
  return kind === 'http' ? `checked by GET ${monitor.path} at ${port}` : `checked by a connection to ${port}`;
}
