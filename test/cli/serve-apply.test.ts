/** `roomlb serve --apply`: a dispatcher that drives the balancers of its own host, here a file and a real program. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from '../media-node/support.ts';
import { fileSite } from './file-site.ts';
import { startServe } from './roomlb-process.ts';
import { roomlb } from './roomlb.ts';

describe('roomlb serve --apply', () => {
  test('brings its balancer to what is wanted, then to what is wanted next, and leaves it when it ends', async (t) => {
    const site = await fileSite(t);
    // By its id and by its target: that is one balancer, and one loop.
    const serve = await startServe(t, site.topology, '--apply', 'lb-1', 'file', '--state-dir', site.state);
    await until('the file is written', async () => (await site.file())?.includes('server sfu-2') ?? false);

    await site.patchNode(serve.url, 'sfu-2', { weight: 7 });
    await serve.line(/"changed":2.*"balancer.applied"/);
    assert.match((await site.file()) ?? '', /server sfu-2 .*weight 7\b/);
    const { standing, wanted, applied, source, target } = await site.status(serve.url);
    assert.deepEqual([standing, applied, source, target], ['in-sync', wanted, 'local', 'file']);
    assert.deepEqual(await site.reloads(), ['done', 'done']);

    const metrics = await (await fetch(`${serve.url}/metrics`)).text();
    for (const line of [
      'roomlb_balancer_in_sync{balancer="lb-1"} 1',
      'roomlb_balancer_drift{balancer="lb-1"} 0',
      'roomlb_balancer_pending_changes{balancer="lb-1"} 0',
      'roomlb_balancer_changes_total{balancer="lb-1",what="apply",result="applied"} 2',
      `roomlb_balancer_info{balancer="lb-1",target="file",standing="in-sync",source="local",applied="${applied}",wanted="${wanted}"} 1`,
    ])
      assert.ok(metrics.split('\n').includes(line), `${line}\n${metrics}`);
    assert.match(metrics, /^roomlb_balancer_last_apply_timestamp_seconds\{balancer="lb-1"\} \d+/m);

    const before = await site.file();
    assert.equal(await serve.stop(), 0);
    assert.equal(await site.file(), before);
    assert.equal(serve.out.filter((line) => line.includes('"counts"')).length, 2, serve.out.join('\n'));
  });

  test('changes nothing where its address is taken, or where it does not know a balancer', async (t) => {
    const site = await fileSite(t);
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const args = ['--topology', site.topology, '--state-dir', site.state, '--log-level', 'error'];
    const late = await roomlb('serve', ...args, '--no-probes', '--apply', 'lb-1', '--listen', taken);
    assert.equal(late.code, 3, late.err);
    const wrong = await roomlb('serve', ...args, '--no-probes', '--apply', 'lb-9', '--listen', taken);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /no balancer "lb-9"; there are lb-1 \(file\)/);
    assert.equal(await site.file(), null);
  });

  test('killed in the middle of an apply, it converges when it is started again, and tells of it once', async (t) => {
    const site = await fileSite(t);
    const args = ['--apply', 'lb-1', '--state-dir', site.state];
    await writeFile(join(site.folder, 'hang'), '');
    const first = await startServe(t, site.topology, ...args);
    await until('the reload command hangs', async () => (await site.reloads()).includes('hangs'));
    await first.stop('SIGKILL');
    await site.unhang();

    const second = await startServe(t, site.topology, ...args);
    await second.line(/"to":"in-sync"/);
    const history = await site.history(second.url);
    assert.deepEqual(
      history.map(({ result }) => result),
      ['applied', 'interrupted'],
    );
    assert.deepEqual(await site.reloads(), ['hangs', 'done']);
    await second.stop();
  });
});
