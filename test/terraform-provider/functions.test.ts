import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mediaPorts } from '../../src/terraform-provider/functions/media-ports.ts';
import { place } from '../../src/terraform-provider/functions/place.ts';
import { render } from '../../src/terraform-provider/functions/render.ts';
import { FUNCTIONS } from '../../src/terraform-provider/functions/registry.ts';
import { ArgumentError } from '../../src/terraform-provider/plugin/provider.ts';
import { Dynamic, type Value } from '../../src/terraform-provider/plugin/values.ts';
import { TARGETS } from '../../src/targets/registry.ts';
import { roomlb } from '../cli/roomlb.ts';

const FILE = 'lb-config/topology.yaml';
const TOPOLOGY = readFileSync(FILE, 'utf8');

function refuses(argument: number, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ArgumentError);
    assert.equal(error.argument, argument);
    assert.match(error.message, message);
    return true;
  };
}

test('functions are listed by name, and say what each parameter is', () => {
  const names = FUNCTIONS.map(({ name }) => name);
  assert.deepEqual(names, names.toSorted());
  for (const { parameters } of FUNCTIONS)
    for (const parameter of parameters) assert.ok(parameter.description.endsWith('.'));
});

describe('place', () => {
  test('says what the command line says', async () => {
    const rooms = ['standup', 'retro', 'Raum 7/ä', 'x'.repeat(256)];
    const answer = await roomlb('place', '--json', '--topology', FILE, ...rooms);
    const expected = answer.json() as {
      node: { id: string; zone: string | null };
      vip: string;
      media: unknown;
      signalling: { url: string };
    }[];
    const answers = rooms.map((room) => place.call([room, TOPOLOGY]));
    assert.deepEqual(
      answers,
      expected.map(({ node, vip, media, signalling }) => ({
        node: node.id,
        zone: node.zone,
        vip,
        signalling_url: signalling.url,
        media,
      })),
    );
    // One after the other by two topologies, since the last one is kept.
    const other = TOPOLOGY.replaceAll('sfu-', 'node-');
    const [first] = answers as { node: string }[];
    assert.notEqual((place.call(['standup', other]) as { node: string }).node, first?.node);
    assert.deepEqual(place.call(['standup', TOPOLOGY]), first);
  });

  test('refuses by argument what it cannot place', () => {
    assert.throws(() => place.call(['a\nb', TOPOLOGY]), refuses(0, /control character/));
    assert.throws(
      () => place.call(['a', 'cluster: 1\nvips: []']),
      refuses(1, /topology:1:10: error: cluster/),
    );
    const nobody = JSON.stringify({
      cluster: 'edge-1',
      vips: [{ id: 'public', addresses: ['192.0.2.1'], signalling: { port: 443 } }],
      nodes: [{ id: 'sfu-1', kind: 'janus', vip: 'public', addresses: ['192.0.2.2'], state: 'disabled' }],
    });
    assert.throws(() => place.call(['a', nobody]), refuses(1, /sfu-1: .*disabled/));
  });
});

describe('render', () => {
  for (const target of ['keepalived', 'haproxy', 'node-setup', 'f5-as3'])
    test(`says of ${target} what the command line says`, async () => {
      const answer = await roomlb('render', target, '--json', '--topology', FILE);
      const { revision, files, findings } = answer.json() as {
        revision: string;
        files: { path: string; content: string }[];
        findings: unknown[];
      };
      assert.deepEqual(render.call([target, TOPOLOGY]), {
        revision,
        text: files[0]?.content,
        files: Object.fromEntries(files.map(({ path, content }) => [path, content])),
        findings,
      });
    });

  test('knows every target, and helps with the name of one', () => {
    for (const { name } of TARGETS) assert.doesNotThrow(() => render.call([name, TOPOLOGY]), name);
    assert.throws(() => render.call(['keepalive', TOPOLOGY]), refuses(0, /did you mean keepalived\?/));
    assert.throws(() => render.call(['zzzzzzzzzzzz', TOPOLOGY]), refuses(0, /write one of haproxy, /));
    assert.throws(
      () => render.call(['haproxy', 'cluster: 1\nvips: []']),
      refuses(1, /topology:1:10: error: cluster/),
    );
  });
});

describe('media_ports', () => {
  const call = (value: Value) => mediaPorts.call([value]);

  test('lists each port once, ascending, however the range is given', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 65_535 }), fc.nat({ max: 200 }), (first, more) => {
        const end = Math.min(first + more, 65_535);
        const range = `${first}-${end}`;
        const expected = Array.from({ length: end - first + 1 }, (_, index) => first + index);
        assert.deepEqual(call(range), expected);
        assert.deepEqual(call({ id: 'sfu-1', media_ports: range }), expected);
        assert.deepEqual(call(new Dynamic('string', range)), expected);
      }),
    );
    assert.deepEqual(call(40_000), [40_000]);
    assert.deepEqual(call({ mediaPorts: 40_000 }), [40_000]);
    assert.deepEqual(call({ media_ports: null }), []);
  });

  for (const [value, message] of [
    ['40003-40000', /write 40000-40003/],
    ['40000-70000', /65535/],
    ['0-3', /begin at 1/],
    ['a', /no range/],
    [{ ports: '1-2' }, /media_ports/],
    [true, /media_ports/],
  ] as const)
    test(`refuses ${JSON.stringify(value)}`, () => {
      assert.throws(() => call(value), refuses(0, message));
    });
});
