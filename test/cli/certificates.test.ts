/** A media node that is let in by a certificate, with a dispatcher and the node as processes. */
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { issue, NO_OPENSSL, type Issued } from '../fixtures/pki.ts';
import { assignment, NO_WORKER } from '../media-node/support.ts';
import { oneNode } from './one-node.ts';
import { startRoomlb } from './roomlb-process.ts';

test(
  'a node goes on by a renewed certificate when the authority of the former one goes, without a restart',
  { skip: NO_OPENSSL || NO_WORKER },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'roomlb-certificates-'));
    t.after(() => rm(folder, { recursive: true }));
    const at = (name: string) => join(folder, name);
    const [former, next] = [await issue(folder, 'former'), await issue(folder, 'next')];
    const server = await issue(folder, 'dispatcher', former);
    const use = async ({ certificateFile, keyFile }: Issued) => {
      await copyFile(certificateFile, at('certificate'));
      await copyFile(keyFile, at('key'));
    };
    await use(await issue(folder, 'sfu-1', former));
    const authorities = at('authorities');
    await copyFile(former.certificateFile, authorities);
    await writeFile(at('topology'), oneNode(assignment()));

    const serve = startRoomlb(
      t,
      ...['serve', '--topology', at('topology'), '--no-probes', '--listen', '127.0.0.1:0'],
      ...['--tls-certificate', server.certificateFile, '--tls-key', server.keyFile],
      ...['--tls-client-ca', authorities],
    );
    const [, url = ''] = await serve.line(/API (https:\/\/[\d.]+:\d+)/);
    const node = startRoomlb(
      t,
      ...['media-node', 'sfu-1', '--no-stun', '--dispatcher', url, '--dispatcher-ca', former.certificateFile],
      ...['--client-certificate', at('certificate'), '--client-key', at('key')],
    );
    await node.line(/connected to dispatcher/);

    await use(await issue(folder, 'sfu-1-of-next', next, 'sfu-1'));
    node.child.kill('SIGHUP');
    await node.line(/read again: certificate/);
    const lines = node.out.length;
    await copyFile(next.certificateFile, authorities);
    serve.child.kill('SIGHUP');
    await serve.line(/read again: certificate/);
    await node.line(/connecting anew: the credential has ended/);
    await node.line(/connected to dispatcher/, lines);
    assert.equal(await node.stop('SIGINT'), 0);
    assert.equal(await serve.stop(), 0);
  },
);
