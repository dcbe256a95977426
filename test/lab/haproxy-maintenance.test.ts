/** Servers of somebody else's section that are in maintenance, while the driver reloads HAProxy: by packets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { haproxyDriver } from '../../src/targets/haproxy/driver/driver.ts';
import { cluster, intentOf } from '../targets/documents.ts';
import { startClient, tally, type LabRequest } from './client.ts';
import { startEchoNodes } from './echo-node.ts';
import { startHaproxyService } from './haproxy-service.ts';
import { createLab, labSkipReason } from './netns.ts';

const PORT = 8099;
const STATE_FILE = 'servers.state';
/** Of somebody who has HAProxy load how servers stood (configuration manual, 4.2, load-server-state-from-file). */
const theirs = (folder: string) => `
global
    server-state-file ${folder}/${STATE_FILE}
listen theirs
    mode http
    bind 203.0.113.10:${PORT}
    load-server-state-from-file global
    server a 10.0.0.1:4443
    server b 10.0.0.2:4443
`;
const RELOADS = 6;

test(
  'no connection gets to a server in maintenance, whatever is reloaded meanwhile',
  { skip: labSkipReason(['haproxy']) },
  async (t) => {
    const vip = { signalling: { port: 443 }, media: { protocols: ['tcp'], ports: '40000-40099' } };
    const topology = (nodes: number) =>
      cluster(
        vip,
        Array.from({ length: nodes }, () => ({})),
      );
    const lab = await createLab(topology(2));
    await startEchoNodes(lab, topology(2));
    const service = await startHaproxyService(lab, theirs, STATE_FILE);
    t.after(async () => {
      await service.stop();
      await lab.close();
    });
    const client = await startClient(lab);
    const driver = haproxyDriver(service.balancer);
    const reload = async (nodes: number) => {
      const plan = driver.plan(await driver.read(), driver.desired(intentOf(topology(nodes))));
      assert.ok(plan.steps.some(({ action }) => action.do === 'reload'));
      await driver.apply(plan, { signal: new AbortController().signal });
    };
    await reload(1);
    await service.admin('set server theirs/b state maint');

    const done = new AbortController();
    const request: LabRequest = { kind: 'http', address: '203.0.113.10', port: PORT };
    const answers: Record<string, number> = {};
    const asking = (async () => {
      while (!done.signal.aborted) {
        const some = tally(
          await client.ask(
            Array.from({ length: 64 }, () => request),
            { concurrency: 16 },
          ),
        );
        for (const [who, count] of Object.entries(some)) answers[who] = (answers[who] ?? 0) + count;
      }
    })();
    for (let i = 0; i < RELOADS; i++) await reload(i % 2 === 0 ? 2 : 1);
    done.abort();
    await asking;
    assert.deepEqual(Object.keys(answers), ['sfu-1'], JSON.stringify(answers));
    t.diagnostic(`${answers['sfu-1']} answers, over ${RELOADS} reloads`);
  },
);
