/** How a device is reached, and whose credentials are shown to it. */
import type { Path, Problems } from '../problems.ts';
import type { Partly } from '../shape.ts';
import type { DeviceBalancer } from './balancer.ts';
import type { BalancerDocument } from './schema.ts';

type Access = Pick<
  DeviceBalancer,
  'url' | 'credentialsFile' | 'credentialsVariable' | 'caFile' | 'tls' | 'partition'
>;

export function readDevice(raw: Partly<BalancerDocument>, path: Path, problems: Problems): Access {
  const { url, credentialsFile = null, credentialsVariable = null, caFile = null } = raw;
  checkUrl(url, [...path, 'url'], problems);
  checkCredentials(raw, path, problems);
  return {
    url: url ?? '',
    credentialsFile,
    credentialsVariable,
    caFile,
    tls: raw.tls ?? 'verify',
    partition: raw.partition ?? null,
  };
}

function checkUrl(url: string | undefined, path: Path, problems: Problems): void {
  if (url === undefined) {
    if (!problems.isSound(path)) return;
    problems.unreadable(path, 'is missing', 'add url: https://lb.example.net, where the device is managed');
  } else if (!URL.canParse(url)) {
    problems.unreadable(path, 'is no URL', 'write one such as https://lb.example.net:8443');
  } else if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
    problems.fault(
      path,
      'would send the password for everybody on the way to read',
      'write https; http is for loopback only',
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

function checkCredentials(
  { credentialsFile, credentialsVariable }: Partly<BalancerDocument>,
  path: Path,
  problems: Problems,
): void {
  if (credentialsFile !== undefined && credentialsVariable !== undefined) {
    problems.fault([...path, 'credentialsVariable'], 'stands beside credentialsFile', 'keep one of the two');
  } else if (credentialsFile === undefined && credentialsVariable === undefined) {
    const sound = (option: string) => problems.isSound([...path, option]);
    if (sound('credentialsFile') && sound('credentialsVariable'))
      problems.fault(
        path,
        'does not say whose credentials the device wants',
        'add credentialsFile: /etc/roomlb/lb.credentials, whose first line is USER:PASSWORD',
      );
  }
}
