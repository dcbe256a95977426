/** A dispatcher as a process of its own, and terraform beside it with the provider in the test's process. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { provider } from '../../src/terraform-provider/roomlb.ts';
import { startServe } from '../cli/roomlb-process.ts';
import { inProcess, requiring } from './in-process.ts';
import { terraformIn, type Terraform } from './terraform.ts';

export interface Site {
  readonly url: string;
  readonly terraform: Terraform;
  /** Sets the configuration, under a provider block that names the dispatcher. */
  readonly configure: (main: string, block?: string) => void;
  /** By REST, as somebody else would. @returns the answer's JSON; undefined where there is none */
  readonly rest: (method: string, path: string, body?: object) => Promise<unknown>;
}

/** What no test changes: a VIP with one node. */
export const CLUSTER = {
  cluster: 'site',
  vips: [
    {
      id: 'public',
      addresses: ['203.0.113.10'],
      signalling: { port: 8443, tls: 'off' },
      media: { ports: '40000-40999' },
    },
  ],
  nodes: [
    { id: 'old', kind: 'mediasoup', vip: 'public', addresses: ['192.0.2.1'], mediaPorts: '40000-40001' },
  ],
};

/** @param args for `roomlb serve` */
export async function startSite(
  t: TestContext,
  {
    main = '',
    topology = CLUSTER,
    args = [],
  }: { main?: string; topology?: object; args?: readonly string[] } = {},
): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-terraform-site-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'topology.json');
  writeFileSync(file, JSON.stringify(topology));
  const [{ url }, env] = await Promise.all([startServe(t, file, ...args), inProcess(t, provider)]);
  const terraform = terraformIn(t, { env });
  const configure = (text: string, block = '') =>
    terraform.write({
      'main.tf': `${requiring('roomlb')}provider "roomlb" {\n  endpoint = "${url}"\n${block}}\n${text}`,
    });
  configure(main);
  await terraform.run('init');
  return {
    url,
    terraform,
    configure,
    rest: async (method, path, body) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
  };
}
