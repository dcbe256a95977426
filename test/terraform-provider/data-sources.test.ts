import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Explanation, Preview } from '../../src/api/schemas.ts';
import { answerAttributes, answerValue } from '../../src/terraform-provider/data-sources/answer.ts';
import type { Asker } from '../../src/terraform-provider/data-sources/asker.ts';
import { DATA_SOURCES } from '../../src/terraform-provider/data-sources/registry.ts';
import { DiagnosticError, type Diagnostic } from '../../src/terraform-provider/plugin/diagnostics.ts';
import { complete } from '../../src/terraform-provider/plugin/tree.ts';
import type { ObjectValue } from '../../src/terraform-provider/plugin/values.ts';
import { until } from '../media-node/support.ts';
import { fileSite } from '../cli/file-site.ts';
import { startServe } from '../cli/roomlb-process.ts';

function askerOf(url: string): Asker {
  return {
    ask: async (path, { body } = {}) => {
      const answer = await fetch(`${url}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
  };
}

type Warning = Omit<Diagnostic, 'severity'>;

/** Reads a data source; what the configuration leaves out is null, as core has it. */
async function read(api: Asker, name: string, config: ObjectValue, warnings: Warning[] = []) {
  const source = DATA_SOURCES.find((one) => one.name === name)!;
  const nothing = Object.fromEntries(Object.keys(source.schema.attributes).map((key) => [key, null]));
  const warn = (warning: Warning) => void warnings.push(warning);
  const context = { warn, stopped: new AbortController().signal };
  const state = await source.read({ ...nothing, ...config }, api, context);
  assert.deepEqual(Object.keys(state).sort(), Object.keys(source.schema.attributes).sort());
  return state as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
}

test('data sources are listed by name, and their names are the API’s in snake_case', () => {
  const names = DATA_SOURCES.map(({ name }) => name);
  assert.deepEqual(names, names.toSorted());
  for (const { schema } of DATA_SOURCES)
    for (const name of Object.keys(schema.attributes)) assert.match(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
});

describe('what waits for a dispatcher is given up once the user stops', () => {
  const configs: Readonly<Record<string, ObjectValue>> = {
    explain: { room: 'r' },
    lb_config: { target: 'haproxy' },
    placement: { rooms: ['r'] },
    plan: { balancer: 'lb-1' },
  };
  for (const source of DATA_SOURCES) {
    test(source.name, async () => {
      const user = new AbortController();
      const api: Asker = {
        ask: (_, { stopped } = {}) =>
          new Promise((_resolve, reject) => {
            assert.equal(stopped, user.signal);
            stopped.addEventListener('abort', () => reject(new Error('given up')));
          }),
      };
      const config = complete(source.schema.attributes, configs[source.name] ?? {});
      const reading = source.read(config, api, { warn: () => undefined, stopped: user.signal });
      user.abort();
      await assert.rejects(reading, /^Error: given up$/);
    });
  }
});

describe('answers', () => {
  test('become attributes and values of the same shape', () => {
    const attributes = answerAttributes(Preview);
    assert.deepEqual(Object.keys(attributes), ['revision', 'placements', 'unplaced']);
    const value = answerValue(attributes, {
      revision: 'r',
      unplaced: [{ room: 'a', reasons: [{ node: 'sfu-1', reason: 'down' }] }],
      placements: [],
      added: 'by a later version',
    });
    assert.deepEqual(value, {
      revision: 'r',
      placements: [],
      unplaced: [{ room: 'a', reasons: [{ node: 'sfu-1', reason: 'down' }] }],
    });
    assert.deepEqual(answerAttributes(Explanation, ['loadBound']).load_bound?.type, 'number');
    assert.throws(() => answerAttributes(Explanation, ['loadbound']), /has no loadbound/);
  });

  test('that are another shape are refused by name', () => {
    const attributes = answerAttributes(Preview);
    assert.throws(
      () => answerValue(attributes, { revision: 1.5, placements: 'none' }),
      /placements is no list/,
    );
    const wrong = { revision: 'r', unplaced: [{ room: true, reasons: [] }] };
    assert.throws(() => answerValue(attributes, wrong), /unplaced\[0\]\.room is true, not of type "string"/);
  });
});

describe('data sources of a dispatcher', () => {
  test('say what the REST API says', async (t) => {
    const site = await fileSite(t);
    const serve = await startServe(t, site.topology, '--apply', 'lb-1', '--state-dir', site.state);
    const api = askerOf(serve.url);

    const { nodes } = await read(api, 'nodes', { state: 'active' });
    assert.deepEqual(
      nodes.map((node: ObjectValue) => [
        node.id,
        node.vip,
        node.media_ports,
        node.signalling_port,
        node.zone,
      ]),
      [1, 2, 3].map((i) => [`sfu-${i}`, 'public', String(40000 + i), 4443, null]),
    );
    assert.deepEqual((await read(api, 'nodes', { zone: 'a' })).nodes, []);

    const { placements, revision } = await read(api, 'placement', { rooms: ['standup', 'retro'] });
    const { allocation, candidates, rules } = await read(api, 'explain', {
      room: 'standup',
      targets: ['haproxy', 'nftables'],
    });
    assert.equal(allocation.node.id, placements[0].node.id);
    assert.deepEqual(
      candidates.map(({ verdict }: { verdict: string }) => verdict),
      ['chosen', 'not reached', 'not reached'],
    );
    assert.deepEqual(
      rules.map(({ target }: { target: string }) => target),
      ['haproxy', 'nftables'],
    );
    assert.equal((await read(api, 'placement', { rooms: ['x'], vip: 'public' })).unplaced.length, 0);

    const health = await read(api, 'health', {});
    assert.equal(health.panic, false);
    assert.deepEqual(
      health.nodes.map(({ node, admin }: { node: string; admin: string }) => [node, admin]),
      [1, 2, 3].map((i) => [`sfu-${i}`, 'active']),
    );

    const warnings: Warning[] = [];
    const config = await read(api, 'lb_config', { target: 'haproxy' }, warnings);
    assert.equal(config.revision, revision);
    const { text, files } = config as { text: string; files: Record<string, string> };
    assert.match(text, /server sfu-1 /);
    assert.equal(files['haproxy.cfg'], text);
    assert.match(warnings[0]?.detail ?? '', /refused: HAProxy does not forward UDP/);
    await assert.rejects(read(api, 'lb_config', { target: 'haproxy', strict: true }), (error) => {
      assert.ok(error instanceof DiagnosticError);
      const [{ summary, path } = { summary: '' }] = error.diagnostics;
      assert.deepEqual([summary, path], ['haproxy cannot carry all of the intent', ['target']]);
      return true;
    });
    await read(api, 'lb_config', { target: 'nftables' }, warnings);
    assert.match(warnings[1]?.detail ?? '', /^degraded: members of VIP public are balanced by weight/);

    await until('the file is written', async () => (await site.file()) !== null);
    const pending = async () => (await read(api, 'plan', { balancer: 'lb-1' })).pending as unknown;
    await until('nothing is left to do', async () => (await pending()) === false);
  });
});
