/** What is shipped for Prometheus and Grafana names metrics that exist, and metrics do not grow with rooms. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { SMALL } from '../fixtures/cluster.ts';
import { withDirectory } from '../store/stores.ts';
import { startServe } from '../cli/roomlb-process.ts';

const ALERTS = 'lb-config/operations/alerts.yaml';
const DASHBOARD = 'lb-config/operations/grafana-dashboard.json';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly refId: string; readonly expr: string }[];
}

const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };

/** Series of the text format, without their values. */
const seriesOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/ [^ ]+$/, ''))
    .toSorted();

/** Names that queries may use: a histogram is three. */
function namesIn(text: string): ReadonlySet<string> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
}

const NAME = /\b(?:roomlb|process|nodejs)_[a-z0-9_]+/g;

test('metrics of a dispatcher: what alerts and panels name is there, and rooms add no series', (t) =>
  withDirectory(async (folder) => {
    const file = join(folder, 'topology.yaml');
    writeFileSync(file, SMALL);
    // Nobody is there; metrics of it are.
    process.env.ROOMLB_AMQP_URL = 'amqp://roomlb:sesame@127.0.0.1:1';
    t.after(() => delete process.env.ROOMLB_AMQP_URL);
    const serve = await startServe(t, file);
    const visit = async (room: string) => {
      for (const method of ['PUT', 'GET', 'DELETE', 'GET', 'PUT'])
        await (await fetch(`${serve.url}/v1/rooms/${room}`, { method })).arrayBuffer();
      await (await fetch(`${serve.url}/v1/explain/rooms/${room}`)).arrayBuffer();
      await (await fetch(`${serve.url}/no/${room}`)).arrayBuffer();
    };
    const read = async () => (await fetch(`${serve.url}/metrics`)).text();
    // A request is counted a moment after its answer, so that what comes last may be missing.
    for (const room of ['first', 'second']) await visit(room);
    for (let i = 0; i < 3; i++) await read();
    const one = await read();
    for (let i = 0; i < 100; i++) await visit(`room-${i}`);
    const many = await read();
    await serve.stop();

    const before = new Set(seriesOf(one));
    const added = seriesOf(many).filter((series) => !before.has(series));
    // Kinds of events and of garbage collection come about when they do; what grows with rooms would be a hundred.
    assert.ok(before.size > 40 && added.length < 40, added.join('\n'));
    assert.deepEqual(
      added.filter((series) => series.includes('room-')),
      [],
    );
    assert.ok(many.includes('route="/v1/explain/rooms/:room"'));

    const names = namesIn(many);
    const queries = [...rules, ...panels.flatMap(({ targets }) => targets)].map(({ expr }) => expr);
    const used = queries.flatMap((expr) => expr.match(NAME) ?? []);
    assert.ok(used.length > 40);
    assert.deepEqual(
      used.filter((name) => !names.has(name)),
      [],
    );
    const routes = queries.flatMap((expr) =>
      [...expr.matchAll(/route="([^"]+)"/g)].map(([, route]) => route),
    );
    assert.ok(routes.length > 0);
    for (const route of routes) assert.ok(many.includes(`route="${route}"`), route);
  }));

test('alerts have a name of their own, a severity, and say what to do', () => {
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const { alert, labels, annotations } of rules) {
    assert.match(alert, /^Roomlb[A-Z]\w+$/);
    assert.match(labels.severity, /^(critical|warning|info)$/, alert);
    assert.ok(annotations.summary.length > 10 && annotations.description.length > 20, alert);
  }
});

test('panels do not cover one another', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x} ${y}`), undefined, title);
        taken.set(`${x} ${y}`, title);
      }
    }
  }
});

const NO_PROMTOOL = spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not installed';

test('Prometheus takes the rules, and the queries of panels', { skip: NO_PROMTOOL }, () =>
  withDirectory((folder) => {
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const file = join(folder, 'panels.yaml');
    const record = (expr: string, i: number) => ({
      record: `panel:query${i}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    });
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules: queries.map(record) }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS, file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
    return Promise.resolve();
  }),
);
