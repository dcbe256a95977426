/** Media nodes of a lab: one process per node, which answers everything with its own name. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Node, Topology } from '../../src/topology/model.ts';
import { listPorts } from '../../src/topology/ports.ts';
import { untilLine } from './netns.ts';
import type { Lab, LabProcess } from './netns.ts';

/** PEM files. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface EchoNodeConfig {
  /** What it calls itself. */
  readonly node: string;
  readonly addresses: readonly string[];
  readonly udp: readonly number[];
  readonly tcp: readonly number[];
  /** Answer HTTP (any path, so `/health` too) and WebSocket upgrades. */
  readonly http: readonly number[];
  readonly https: readonly number[];
  /** UDP ports that answer STUN Binding requests, as far as a monitor looks: class, method, transaction. */
  readonly stun: readonly number[];
  /** Needed where `https` is not empty. */
  readonly tls?: Certificate;
}

/**
 * Starts the topology's nodes, and resolves when all of them listen: media ports on UDP and TCP as the VIP
 * says, the signalling port on HTTP (HTTPS where the VIP passes TLS through), the health port on HTTP. In
 * dsr and tunnel mode they listen on the VIP's addresses too, which must be on the nodes by then.
 */
export async function startEchoNodes(lab: Lab, topology: Topology, tls?: Certificate): Promise<LabProcess[]> {
  return Promise.all(topology.nodes.map((node) => startEchoNode(lab, echoNodeConfig(topology, node, tls))));
}

/** `id`: where to run it; it may call itself otherwise. */
export async function startEchoNode(lab: Lab, config: EchoNodeConfig, id = config.node): Promise<LabProcess> {
  const script = path.join(import.meta.dirname, 'echo-node.mjs');
  const child = lab.spawn(lab.nsOfNode(id), process.execPath, [script, JSON.stringify(config)]);
  await untilLine(child, /^ready /);
  // A node that dies in the middle of a test would look like one that the balancer does not reach.
  child.stderr.pipe(process.stderr);
  return child;
}

export function echoNodeConfig(topology: Topology, node: Node, tls?: Certificate): EchoNodeConfig {
  const vip = topology.vips.find(({ id }) => id === node.vip);
  const protocols = vip?.media?.protocols ?? [];
  const mediaPorts = node.mediaPorts ? listPorts(node.mediaPorts) : [];
  const signalling = vip?.signalling && node.signallingPort !== null ? [node.signallingPort] : [];
  const secure = vip?.signalling?.tls === 'passthrough';
  const health = node.healthPort === null || signalling.includes(node.healthPort) ? [] : [node.healthPort];
  const answersForVip = vip && vip.forwarding !== 'nat' ? vip.addresses : [];
  return {
    node: node.id,
    addresses: [...node.addresses, ...answersForVip].map((address) => address.text),
    udp: protocols.includes('udp') ? mediaPorts : [],
    tcp: protocols.includes('tcp') ? mediaPorts : [],
    http: secure ? health : [...signalling, ...health],
    https: secure ? signalling : [],
    stun: node.stunPort === null ? [] : [node.stunPort],
    ...(tls ? { tls } : {}),
  };
}

/** A self-signed certificate with its key in `folder`, made by openssl; `both.pem` there holds the two. */
export async function selfSigned(folder: string, name: string): Promise<Certificate & { both: string }> {
  const key = path.join(folder, 'key.pem');
  const cert = path.join(folder, 'cert.pem');
  const both = path.join(folder, 'both.pem');
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await promisify(execFile)('openssl', [
    ...args,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  await writeFile(both, (await readFile(cert, 'utf8')) + (await readFile(key, 'utf8')));
  return { key, cert, both };
}
