/** The unit and the container file: checked as far as can be without an init system and a container engine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRoomlb } from '../cli/roomlb-process.ts';
import { SMALL } from '../fixtures/cluster.ts';
import { withDirectory } from '../store/stores.ts';
import { NO_SYSTEMD } from './systemd.ts';

const OPERATIONS = 'lb-config/operations';
const CONTAINER = `${OPERATIONS}/Containerfile`;
const unit = readFileSync(join(OPERATIONS, 'roomlb.service'), 'utf8');

/** Instructions with their arguments; lines that go on are joined, comments left out. */
const instructions = readFileSync(CONTAINER, 'utf8')
  .split('\n')
  .filter((line) => !line.startsWith('#'))
  .join('\n')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .flatMap((line): [name: string, args: string][] => {
    const [, name = '', args = ''] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
    return name === '' ? [] : [[name, args]];
  });
const last = instructions.map(([name]) => name).lastIndexOf('FROM');
const final = instructions.slice(last);
const argsOf = (name: string) => final.find(([one]) => one === name)?.[1] ?? '';

const STARTS = {
  unit: /^ExecStart=\S+ (.*) \$ROOMLB_ARGS$/m.exec(unit)?.[1]?.split(' ') ?? [],
  container: JSON.parse(argsOf('CMD')) as string[],
};

for (const [name, words] of Object.entries(STARTS)) {
  test(`the command of the ${name} serves, and ends well when it is told to`, (t) =>
    withDirectory(async (folder) => {
      writeFileSync(join(folder, 'topology.yaml'), SMALL);
      const args = words.map((word) =>
        word
          .replace('/etc/roomlb', folder)
          .replace('/var/lib/roomlb', folder)
          .replace('127.0.0.1:8080', '127.0.0.1:0'),
      );
      const serve = startRoomlb(t, ...args, '--no-probes');
      const [, url = ''] = await serve.line(/API (http:\/\/[\d.]+:\d+)/);
      const placed = await fetch(`${url}/v1/rooms/a`, { method: 'PUT' });
      assert.equal(placed.status, 201);
      await placed.arrayBuffer();
      assert.ok(existsSync(join(folder, 'claims')));
      assert.equal(await serve.stop('SIGTERM'), 0);
      assert.match(serve.out.join('\n'), /shutting down/);
    }));
}

// In tenths of the ten points of exposure. The agent is root: it changes the kernel's tables and engines' files.
for (const [name, exposure] of [
  ['roomlb.service', 15],
  ['roomlb-media-node@.service', 15],
  ['roomlb-sync@.service', 31],
] as const) {
  test(`systemd takes ${name}, and finds little that it could harm`, { skip: NO_SYSTEMD }, () =>
    withDirectory((folder) => {
      const file = join(folder, name);
      // A command that is there: only then does verify say nothing of it.
      const text = readFileSync(join(OPERATIONS, name), 'utf8');
      writeFileSync(file, text.replace('ExecStart=/usr/local/bin/roomlb', `ExecStart=${process.execPath}`));
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
      assert.equal(`${verified.status} ${verified.stderr}`, '0 ');
      const most = `--threshold=${exposure}`;
      const secure = spawnSync('systemd-analyze', ['security', '--offline=yes', most, file], {
        encoding: 'utf8',
      });
      assert.equal(secure.status, 0, secure.stdout.slice(-200));
      return Promise.resolve();
    }),
  );
}

test('the image is built from files that are there, runs as nobody special, and says how it is', () => {
  const { engines, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string };
    bin: { roomlb: string };
  };
  const froms = instructions.filter(([name]) => name === 'FROM').map(([, args]) => args);
  const least = Number(/\d+/.exec(engines.node)?.[0]);
  assert.equal(froms.length, 2);
  for (const from of froms) assert.ok(Number(/^node:(\d+)/.exec(from)?.[1]) >= least, from);

  const ignored = readFileSync(`${CONTAINER}.dockerignore`, 'utf8').split('\n');
  for (const [name, args] of instructions.slice(0, last)) {
    if (name !== 'COPY') continue;
    for (const source of args.split(' ').slice(0, -1)) {
      assert.ok(existsSync(source), source);
      assert.ok(ignored.includes(`!${source}`), `${source} is not sent to the builder`);
    }
  }
  assert.equal(argsOf('USER'), 'node');
  assert.match(argsOf('HEALTHCHECK'), /127\.0\.0\.1:8080\/healthz/);
  assert.deepEqual(JSON.parse(argsOf('ENTRYPOINT')), ['node', `/opt/roomlb/${bin.roomlb}`]);
});
