/** From a balancer of the right shape to the model: Debian's paths filled in, options held to their target. */
import { compareText } from '../compare.ts';
import { MAX_DURATION } from '../defaults.ts';
import { refuseOptions } from '../options.ts';
import { FILE_PATTERN } from '../patterns.ts';
import type { Path, Problems } from '../problems.ts';
import { quote } from '../quote.ts';
import type { Partly } from '../shape.ts';
import { readDuration } from '../values.ts';
import { readDevice } from './read-device.ts';
import {
  COMMON_DEFAULTS,
  ENGINE_DEFAULTS,
  isDeviceTarget,
  type Balancer,
  type DrivenTarget,
} from './balancer.ts';
import { BalancerSchema, type BalancerDocument } from './schema.ts';

type Option = keyof BalancerDocument;

const COMMON: readonly Option[] = [
  ...(['id', 'target', 'vips', 'services', 'host', 'namespace'] as const),
  ...(['maxRemoved', 'drift', 'interval', 'drainLimit', 'lock'] as const),
];
const DEVICE: readonly Option[] = [
  ...(['url', 'credentialsFile', 'credentialsVariable', 'caFile', 'tls', 'partition'] as const),
];
const OPTIONS: Readonly<Record<DrivenTarget, readonly Option[]>> = {
  haproxy: ['configFile', 'statsSocket', 'masterSocket', 'stateFile', 'binary'],
  nginx: ['configFile', 'pidFile', 'binary'],
  nftables: ['nft', 'conntrack'],
  ipvs: ['ipvsadm', 'ownedFile'],
  keepalived: ['configFile', 'pidFile', 'binary', 'ipvsadm'],
  'f5-as3': DEVICE,
  'a10-acos': DEVICE,
  'citrix-netscaler': DEVICE,
  file: ['dialect', 'file', 'path', 'checkCommand', 'reloadCommand'],
};

/** A device is reached from wherever roomlb runs. */
function takenBy(target: DrivenTarget): Option[] {
  const common = isDeviceTarget(target) ? COMMON.filter((option) => option !== 'namespace') : COMMON;
  return [...common, ...OPTIONS[target]];
}

const ABSOLUTE = RegExp(FILE_PATTERN);

/** What could not be read is a stand-in, which `problems` knows. Whether its VIPs exist is checked elsewhere. */
export function readBalancer(raw: Partly<BalancerDocument>, path: Path, problems: Problems): Balancer {
  const { target } = raw;
  if (target !== undefined) {
    refuseOptions(
      raw,
      { kind: target, takes: takenBy(target), properties: BalancerSchema.properties },
      path,
      problems,
    );
  }
  const common = readCommon(raw, path, problems);
  switch (target) {
    case 'haproxy':
      return { ...common, target, ...readHaproxy(raw) };
    case 'nginx':
      return { ...common, target, ...readFiles(raw, ENGINE_DEFAULTS.nginx) };
    case 'keepalived': {
      const { ipvsadm = ENGINE_DEFAULTS.keepalived.ipvsadm } = raw;
      return { ...common, target, ...readFiles(raw, ENGINE_DEFAULTS.keepalived), ipvsadm };
    }
    case 'nftables': {
      const { nft = ENGINE_DEFAULTS.nftables.nft, conntrack = ENGINE_DEFAULTS.nftables.conntrack } = raw;
      return { ...common, target, nft, conntrack };
    }
    case 'f5-as3':
    case 'a10-acos':
    case 'citrix-netscaler':
      return { ...common, target, ...readDevice(raw, path, problems) };
    case 'file':
      return { ...common, target, ...readFile(raw, path, problems) };
    case 'ipvs':
    case undefined:
      return {
        ...common,
        target: 'ipvs',
        ipvsadm: raw.ipvsadm ?? ENGINE_DEFAULTS.ipvs.ipvsadm,
        ownedFile: raw.ownedFile ?? null,
      };
  }
}

function readCommon(raw: Partly<BalancerDocument>, path: Path, problems: Problems) {
  const seconds = (key: 'interval' | 'drainLimit', text: string | undefined) =>
    text === undefined ? undefined : readDuration(text, MAX_DURATION, [...path, key], problems);
  const { maxRemoved, drainLimit } = raw;
  const never = drainLimit === 'off' || drainLimit === false;
  return {
    id: raw.id ?? '',
    vips: raw.vips ? raw.vips.filter((id) => id !== undefined).sort(compareText) : null,
    services: raw.services ?? COMMON_DEFAULTS.services,
    host: raw.host ?? null,
    namespace: raw.namespace ?? null,
    maxRemoved: maxRemoved === undefined ? COMMON_DEFAULTS.maxRemoved : parseInt(maxRemoved, 10) / 100,
    drift: raw.drift ?? COMMON_DEFAULTS.drift,
    interval: seconds('interval', raw.interval) ?? COMMON_DEFAULTS.interval,
    drainLimit: never ? null : (seconds('drainLimit', drainLimit) ?? COMMON_DEFAULTS.drainLimit),
    lock: raw.lock ?? null,
  };
}

function readFiles(
  { configFile, pidFile, binary }: Partly<BalancerDocument>,
  defaults: { readonly configFile: string; readonly pidFile: string; readonly binary: string },
) {
  return {
    configFile: configFile ?? defaults.configFile,
    pidFile: pidFile ?? defaults.pidFile,
    binary: binary ?? defaults.binary,
  };
}

function readHaproxy(raw: Partly<BalancerDocument>) {
  const defaults = ENGINE_DEFAULTS.haproxy;
  const { configFile = defaults.configFile, statsSocket = defaults.statsSocket, masterSocket } = raw;
  return {
    configFile,
    statsSocket,
    masterSocket:
      masterSocket === 'off' || masterSocket === false ? null : (masterSocket ?? defaults.masterSocket),
    stateFile: raw.stateFile ?? null,
    binary: raw.binary ?? defaults.binary,
  };
}

function readFile(raw: Partly<BalancerDocument>, path: Path, problems: Problems) {
  const { dialect, path: file } = raw;
  const missing = (key: Option, hint: string) => {
    if (problems.isSound([...path, key])) problems.unreadable([...path, key], 'is missing', hint);
  };
  if (dialect === undefined) missing('dialect', 'add dialect: haproxy, or whose configuration it is');
  if (file === undefined) missing('path', 'add path: /srv/lb/haproxy.cfg, or where the file shall be');
  return {
    dialect: dialect ?? 'haproxy',
    file: raw.file ?? null,
    path: file ?? '',
    checkCommand: readCommand(raw.checkCommand, [...path, 'checkCommand'], problems),
    reloadCommand: readCommand(raw.reloadCommand, [...path, 'reloadCommand'], problems),
  };
}

/** The program by its path: what a search would find is not for a topology to depend on. */
function readCommand(
  raw: readonly (string | undefined)[] | undefined,
  path: Path,
  problems: Problems,
): string[] | null {
  const [program] = raw ?? [];
  if (program !== undefined && !ABSOLUTE.test(program)) {
    problems.unreadable(
      [...path, 0],
      `must be a program by its absolute path, found ${quote(program)}`,
      'no shell runs it; write [/usr/bin/systemctl, reload, haproxy]',
    );
  }
  return raw ? raw.filter((word) => word !== undefined) : null;
}
