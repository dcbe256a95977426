/** A topology with one balancer that is a device, and a FAKE of it that listens on loopback by TLS. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { selfSigned } from '../lab/echo-node.ts';
import { nodeOf } from './file-site.ts';
import { PASSWORD, serveFake, USER, type FakeDevice } from '../targets/fakes/fake-device.ts';

export interface DeviceSite {
  readonly folder: string;
  readonly topology: string;
  readonly credentials: string;
  /** Changes the balancer's declaration; what is undefined goes. */
  declare(balancer: object): Promise<void>;
  /** Changes the topology's node sfu-2. */
  patchNode(changes: object): Promise<void>;
}

export async function deviceSite(t: TestContext, target: string, device: FakeDevice): Promise<DeviceSite> {
  const folder = await mkdtemp(join(tmpdir(), 'roomlb-device-site-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { key, cert } = await selfSigned(folder, 'localhost');
  const url = await serveFake(t, device, { key: await readFile(key), cert: await readFile(cert) });
  const [topology, credentials] = [join(folder, 'topology.json'), join(folder, 'credentials')];
  await writeFile(credentials, `${USER}:${PASSWORD}\n`);
  let balancer: object = { id: 'lb-1', target, url, credentialsFile: credentials, caFile: cert };
  let node: object = nodeOf(2);
  const write = () => writeFile(topology, JSON.stringify(documentOf(balancer, [nodeOf(1), node, nodeOf(3)])));
  await write();
  return {
    folder,
    topology,
    credentials,
    declare(changes) {
      balancer = { ...balancer, ...changes };
      return write();
    },
    patchNode(changes) {
      node = { ...node, ...changes };
      return write();
    },
  };
}

function documentOf(balancer: object, nodes: readonly object[]) {
  return {
    cluster: 'site',
    vips: [
      {
        ...{ id: 'public', addresses: ['203.0.113.10'] },
        ...{ signalling: { port: 8080, tls: 'off' }, media: { ports: '40000-40099' } },
      },
    ],
    nodes,
    balancers: [balancer],
  };
}
