/**
 * Health checks of a shared pool. Envoy has them per cluster, with a port per endpoint: where all members answer
 * HTTP they are asked so, else all of them by a connection, each to the port that it would be asked at.
 */
import type { Member, VirtualService } from '../../intent/model.ts';
import { CHECK_FALL, CHECK_INTERVAL, CHECK_RISE, CHECK_TIMEOUT } from '../dialect/checks.ts';
import type { HealthCheck } from './model.ts';

export function poolCheck({ members }: VirtualService): HealthCheck[] {
  const paths = new Set(members.map(httpPath));
  const [path] = paths;
  const http = paths.size === 1 && path !== undefined;
  if (!http && members.every(({ monitor }) => monitor === null)) return [];
  return [
    {
      timeout: `${CHECK_TIMEOUT}s`,
      interval: `${CHECK_INTERVAL}s`,
      no_traffic_interval: `${CHECK_INTERVAL}s`,
      unhealthy_threshold: CHECK_FALL,
      healthy_threshold: CHECK_RISE,
      ...(http
        ? { http_health_check: { host: 'roomlb', path, retriable_statuses: [ANY_STATUS] } }
        : { tcp_health_check: {} }),
    },
  ];
}

/** 200 passes all the same: what is expected goes before. */
const ANY_STATUS = { start: '100', end: '600' } as const;

/** Whether some members are asked less than they could answer, since others answer no HTTP. */
export function asksLess(service: VirtualService): boolean {
  return service.members.some(httpPath) && poolCheck(service).some((check) => check.tcp_health_check);
}

function httpPath({ monitor }: Member): string | undefined {
  return monitor?.kind === 'http' ? monitor.path : undefined;
}
