import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFault, formatFaults, isError, TopologyError } from '../../src/topology/faults.ts';
import { DEFAULT_HEALTH } from '../../src/topology/health/config.ts';
import { parseTopology } from '../../src/topology/parse.ts';
import type { Topology } from '../../src/topology/model.ts';

/** Eleven lines that are fine, for others to be wrong in. */
const FINE = `cluster: seoul-1
placement: { algorithm: ring }
vips:
  - id: public
    addresses: [203.0.113.10]
    media: { ports: 40000-49999 }
nodes:
  - id: sfu-1
    kind: mediasoup
    vip: public
    addresses: [10.0.1.11]
    mediaPorts: 40000-40003
`;

/** `from` → `to` in FINE; the faults as people see them, without the file. */
function faultsOf(from: string | RegExp, to: string): string[] {
  const text = FINE.replace(from, to);
  assert.notEqual(text, FINE, 'the replacement did not happen');
  return linesOf(text);
}

function linesOf(text: string): string[] {
  const { topology, faults } = parseTopology(text, { file: 'f' });
  assert.equal(topology === undefined, faults.some(isError));
  return faults.map(formatFault);
}

function parsed(text: string): Topology {
  const { topology, faults } = parseTopology(text, { file: 'f' });
  assert.ok(topology, formatFaults(faults));
  return topology;
}

const ID = 'an id (a letter or digit, then up to 62 letters, digits, "_", "." or "-")';
const DURATION = 'a duration (a whole number with its unit: ms, s, m or h)';

/** What is replaced, by what, and every fault that follows. */
const SHAPE: readonly (readonly [string, string | RegExp, string, readonly string[]])[] = [
  [
    'an unknown key, at the key, with the nearest known one',
    '    kind:',
    '    wieght: 5\n    kind:',
    ['f:9:5: error: nodes[0].wieght: unknown key "wieght" (hint: did you mean "weight"?)'],
  ],
  [
    'an unknown key that is near to none',
    'cluster:',
    'qqq: 1\ncluster:',
    [
      'f:1:1: error: qqq: unknown key "qqq" (hint: known here: cluster, placement, vips, nodes, nodeRanges, health, bgp, pins, maintenance, balancers)',
    ],
  ],
  [
    'a misspelt key only once, not as a missing one too',
    'addresses: [10',
    'adresses: [10',
    ['f:11:5: error: nodes[0].adresses: unknown key "adresses" (hint: did you mean "addresses"?)'],
  ],
  [
    'a misspelt key, and nothing that follows from its absence',
    '    media:',
    '    medai:',
    ['f:6:5: error: vips[0].medai: unknown key "medai" (hint: did you mean "media"?)'],
  ],
  [
    'what is wrong inside a mapping that might have been a word, and only that',
    'nodes:',
    'health: { checks: [{ type: tcp, port: 0 }], damping: { reuse: 0, supress: 5 } }\nnodes:',
    [
      'f:7:39: error: health.checks[0].port: must be a whole number from 1 to 65535, found 0 (hint: for example 9100)',
      'f:7:63: error: health.damping.reuse: must be a whole number from 1 to 100000, found 0 (hint: for example 1000)',
      'f:7:66: error: health.damping.supress: unknown key "supress" (hint: did you mean "suppress"?)',
    ],
  ],
  [
    'a word that is none of those possible, with what else may stand there',
    'nodes:',
    'health: { checks: [stnu, 5], damping: on }\nnodes:',
    [
      'f:7:20: error: health.checks[0]: must be stun, vip-stun, heartbeat, janus, http, tcp or a mapping, found "stnu" (hint: did you mean "stun"?)',
      'f:7:26: error: health.checks[1]: must be stun, vip-stun, heartbeat, janus, http, tcp or a mapping, found 5 (hint: for example stun)',
      'f:7:39: error: health.damping: must be a mapping or off, found "on" (hint: for example { halfLife: 60s })',
    ],
  ],
  [
    'an option of health that is none of its check, and one that is none of any, each once',
    'nodes:',
    'health: { checks: [{ type: tcp, path: /, prot: 5 }] }\nnodes:',
    [
      'f:7:39: error: health.checks[0].path: is no option of tcp (hint: tcp takes type, interval, timeout, effect, port)',
      'f:7:42: error: health.checks[0].prot: unknown key "prot" (hint: did you mean "port"?)',
    ],
  ],
  [
    'a YAML 1.1 merge key',
    '    kind:',
    '    <<: 5\n    kind:',
    [
      'f:9:5: error: nodes[0]["<<"]: unknown key "<<" (hint: YAML 1.2 has no merge keys; write the values out)',
    ],
  ],
  [
    'a missing key, where its mapping begins',
    '    kind: mediasoup\n',
    '',
    ['f:8:5: error: nodes[0].kind: is missing (hint: add kind: mediasoup)'],
  ],
  [
    'a number out of its bounds',
    'kind:',
    'weight: 300\n    kind:',
    [
      'f:9:13: error: nodes[0].weight: must be a whole number from 0 to 255, found 300 (hint: for example 100)',
    ],
  ],
  [
    'a word that is not among the choices',
    'ring',
    'rign',
    [
      'f:2:25: error: placement.algorithm: must be maglev, rendezvous or ring, found "rign" (hint: did you mean "ring"?)',
    ],
  ],
  [
    'an id with a space',
    'seoul-1',
    'seoul 1',
    [`f:1:10: error: cluster: must be ${ID}, found "seoul 1" (hint: for example seoul-1)`],
  ],
  [
    'an id that YAML reads as a number',
    'seoul-1',
    '7',
    [
      `f:1:10: error: cluster: must be ${ID}, found 7 (hint: text that looks like a number needs quotes: "7")`,
    ],
  ],
  [
    'a zone with a slash',
    'kind:',
    'zone: a/b\n    kind:',
    [`f:9:11: error: nodes[0].zone: must be ${ID}, found "a/b" (hint: for example a)`],
  ],
  [
    'a port beyond 65535',
    '40000-40003',
    '70000',
    [
      'f:12:17: error: nodes[0].mediaPorts: must be a whole number from 1 to 65535 or a range such as 40000-40003, found 70000 (hint: for example 40000-40003)',
    ],
  ],
  [
    'a range beyond 65535',
    '40000-40003',
    '40000-70000',
    [
      'f:12:17: error: nodes[0].mediaPorts: ports end at 65535, found 40000-70000 (hint: write ports from 1 to 65535)',
    ],
  ],
  [
    'a range that runs backwards',
    '40000-40003',
    '40003-40000',
    [
      'f:12:17: error: nodes[0].mediaPorts: the first port must not exceed the last, found 40003-40000 (hint: write 40000-40003)',
    ],
  ],
  [
    'a duration without a unit',
    '49999',
    '49999, idleTimeout: 60',
    [`f:6:47: error: vips[0].media.idleTimeout: must be ${DURATION}, found 60 (hint: for example 60s)`],
  ],
  [
    'a duration of half a second',
    '49999',
    '49999, idleTimeout: 500ms',
    [
      'f:6:47: error: vips[0].media.idleTimeout: must be whole seconds, found 500ms (hint: engines count these in seconds; write 1s)',
    ],
  ],
  [
    'a duration of none',
    '49999',
    '49999, idleTimeout: 0s',
    ['f:6:47: error: vips[0].media.idleTimeout: must be 1s to 24h, found 0s (hint: write 1s)'],
  ],
  [
    'a duration of more than a day',
    '49999',
    '49999, idleTimeout: 25h',
    ['f:6:47: error: vips[0].media.idleTimeout: must be 1s to 24h, found 25h (hint: write 24h)'],
  ],
  [
    'an address that is none',
    '10.0.1.11',
    'sfu.example',
    [
      'f:11:17: error: nodes[0].addresses[0]: must be an IPv4 or IPv6 address, found "sfu.example" (hint: for example 10.0.1.11)',
    ],
  ],
  [
    'an octet beyond 255',
    '10.0.1.11',
    '10.0.1.256',
    [
      'f:11:17: error: nodes[0].addresses[0]: must be an IPv4 or IPv6 address, found "10.0.1.256" (hint: four decimal numbers from 0 to 255, without leading zeros)',
    ],
  ],
  [
    'IPv4 inside IPv6',
    '10.0.1.11',
    '"::ffff:10.0.1.11"',
    [
      'f:11:17: error: nodes[0].addresses[0]: must be an IPv4 or IPv6 address, found "::ffff:10.0.1.11" (hint: engines disagree about IPv4 inside IPv6; write 10.0.1.11)',
    ],
  ],
  [
    'an IPv6 address that brackets make a mapping',
    '10.0.1.11',
    'fd00::',
    [
      'f:11:17: error: nodes[0].addresses[0]: must be an IPv4 or IPv6 address, found a mapping (hint: an IPv6 address within brackets needs quotes: "fd00:1::11")',
    ],
  ],
  [
    'an empty list of addresses',
    '[10.0.1.11]',
    '[]',
    [
      'f:11:16: error: nodes[0].addresses: must be a list of 1 to 16, found an empty list (hint: for example [10.0.1.11, "fd00:1::11"])',
    ],
  ],
  [
    'a protocol twice',
    '49999',
    '49999, protocols: [udp, udp]',
    ['f:6:45: error: vips[0].media.protocols: names an item twice (hint: name each once)'],
  ],
  [
    'a scalar where a mapping belongs',
    '{ algorithm: ring }',
    'ring',
    [
      'f:2:12: error: placement: must be a mapping, found "ring" (hint: write its keys below it, indented: algorithm, tableSize, loadBound, movesPerSecond)',
    ],
  ],
  [
    'a load bound below one',
    'algorithm: ring',
    'loadBound: 0.5',
    [
      'f:2:25: error: placement.loadBound: must be a number from 1 to 100 or off, found 0.5 (hint: for example 1.25)',
    ],
  ],
  [
    'a key that stands there twice, alike',
    'cluster: seoul-1',
    'cluster: seoul-1\ncluster: seoul-1',
    ['f:2:1: error: cluster: the key "cluster" is there already (hint: write each key once)'],
  ],
  [
    'a key that stands there twice, and what else is wrong',
    '    kind: mediasoup\n',
    '    kind: mediasoup\n    weight: 1\n    weight: 2\n    state: gone\n',
    [
      'f:11:5: error: nodes[0].weight: the key "weight" is there already (hint: write each key once)',
      'f:12:12: error: nodes[0].state: must be active, draining or disabled, found "gone" (hint: for example active)',
    ],
  ],
];

describe('a topology file is refused, with line, column and hint, for', () => {
  for (const [name, from, to, expected] of SHAPE) {
    test(name, () => assert.deepEqual(faultsOf(from, to), expected));
  }
});

describe('text that is no topology is refused:', () => {
  const TEXTS: readonly (readonly [string, string, string])[] = [
    [
      'nothing',
      '',
      'f:1:1: error: must be a mapping, found nothing (hint: write its keys below it, indented: cluster, placement, vips, nodes, nodeRanges, health, bgp, pins, maintenance, balancers)',
    ],
    [
      'a word',
      'hello',
      'f:1:1: error: must be a mapping, found "hello" (hint: write its keys below it, indented: cluster, placement, vips, nodes, nodeRanges, health, bgp, pins, maintenance, balancers)',
    ],
    ['a tab', 'a:\n\tb: 1', 'f:2:1: error: Tabs are not allowed as indentation (hint: indent with spaces)'],
    [
      'an open quote',
      'a: "b',
      'f:1:6: error: Missing closing "quote (hint: close the quote or bracket that was opened)',
    ],
    [
      'a tag',
      'a: !!js/function b',
      'f:1:4: error: Unresolved tag: tag:yaml.org,2002:js/function (hint: remove the tag: a topology needs none)',
    ],
    [
      'two documents',
      `${FINE}---\n${FINE}`,
      'f:13:1: error: a second document begins here (hint: a topology is one document; remove the ---)',
    ],
    [
      'YAML 1.1',
      `%YAML 1.1\n---\n${FINE}`,
      'f:1:1: error: YAML 1.1 is not supported (hint: remove the %YAML line: topologies are YAML 1.2)',
    ],
    [
      'a key that is a list',
      '[a]: 1',
      'f:1:1: error: With stringKeys, all keys must be strings (hint: write keys as plain words)',
    ],
    [
      'an alias without an anchor',
      'a: *b',
      'f:1:4: error: a: there is no anchor "b" before this (hint: write &name before the value it names)',
    ],
    [
      'an alias to what it is part of',
      'a: &a [*a]',
      'f:1:8: error: a[0]: the alias "a" stands for something it is part of (hint: write the value out)',
    ],
  ];
  for (const [name, text, expected] of TEXTS) {
    test(name, () => assert.deepEqual(linesOf(text), [expected]));
  }
});

describe('text that costs too much is refused:', () => {
  test('aliases that multiply (a YAML bomb)', () => {
    const levels = 'bcdefghi'.split('').map((name, i) => {
      const below = `*${'abcdefgh'[i] ?? ''}`;
      return `${name}: &${name} [${Array<string>(10).fill(below).join(', ')}]`;
    });
    const [fault, ...rest] = parseTopology(['a: &a [x, x]', ...levels].join('\n'), { file: 'f' }).faults;
    assert.match(fault?.message ?? '', /^aliases stand for more than 100000 values \(a YAML bomb\)$/);
    assert.deepEqual(rest, []);
  });

  test('aliases that nest deeper than text may', () => {
    const chain = Array.from({ length: 100 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`);
    const [fault] = parseTopology(['a0: &a0 [x]', ...chain].join('\n'), { file: 'f' }).faults;
    assert.equal(fault?.message, 'is nested more than 32 levels deep');
  });

  for (const opening of ['[', '{a: ', '- ', '? ', '- - ? [']) {
    test(`${JSON.stringify(opening)} a hundred thousand times, without overflowing the stack`, () => {
      const [fault, ...rest] = parseTopology(opening.repeat(100_000), { file: 'f' }).faults;
      assert.equal(fault?.message, 'brackets or indentation are nested more than 32 levels deep');
      assert.equal(fault.line, 1);
      assert.deepEqual(rest, []);
    });
  }

  test('more than 8 MiB, which is not even parsed', () => {
    const text = `${FINE}#${'x'.repeat(8 * 1024 * 1024)}`;
    assert.deepEqual(linesOf(text), [
      'f: error: is larger than 8 MiB (hint: 10,000 nodes need about 3 MiB; is this a topology?)',
    ]);
  });

  test('very many wrong keys, each of which is told', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `key${i}: 1`).join('\n');
    const { faults } = parseTopology(text, { file: 'f' });
    assert.equal(faults.length, 5002);
    assert.deepEqual([faults.at(-1)?.line, faults.at(-1)?.path], [5000, 'key4999']);
  });
});

describe('a topology file', () => {
  test('gives the model, with every default filled in', () => {
    assert.deepEqual(parsed(FINE.replace('media: {', 'signalling: { port: 8443 }\n    media: {')), {
      cluster: 'seoul-1',
      placement: { algorithm: 'ring', tableSize: 65_537, loadBound: 1.25, movesPerSecond: null },
      vips: [
        {
          id: 'public',
          addresses: [{ family: 4, text: '203.0.113.10' }],
          forwarding: 'nat',
          snat: false,
          signalling: {
            port: 8443,
            ports: null,
            domain: null,
            host: null,
            tls: 'off',
            certificate: null,
            idleTimeout: 3600,
            persistence: null,
          },
          media: {
            protocols: ['udp', 'tcp'],
            ports: { first: 40_000, last: 49_999 },
            idleTimeout: 60,
            drain: 'keep-flows',
          },
          vrrp: null,
          route: null,
        },
      ],
      nodes: [
        {
          id: 'sfu-1',
          kind: 'mediasoup',
          vip: 'public',
          addresses: [{ family: 4, text: '10.0.1.11' }],
          zone: null,
          weight: 100,
          signallingPort: 8443,
          inheritsSignallingPort: true,
          mediaPorts: { first: 40_000, last: 40_003 },
          healthPort: null,
          stunPort: null,
          state: 'active',
        },
      ],
      health: DEFAULT_HEALTH,
      pins: [],
      maintenance: [],
      nodeRanges: null,
      bgp: null,
      balancers: [],
    } satisfies Topology);
  });

  test('may be JSON, indented by tabs too', () => {
    const document = {
      cluster: 'seoul-1',
      placement: { algorithm: 'ring' },
      vips: [{ id: 'public', addresses: ['203.0.113.10'], media: { ports: '40000-49999' } }],
      nodes: [
        {
          id: 'sfu-1',
          kind: 'mediasoup',
          vip: 'public',
          addresses: ['10.0.1.11'],
          mediaPorts: '40000-40003',
        },
      ],
    };
    for (const indent of ['', '  ', '\t']) {
      assert.deepEqual(parsed(JSON.stringify(document, null, indent)), parsed(FINE));
    }
  });

  test('gives the faults of JSON their lines as well', () => {
    assert.deepEqual(linesOf('{\n\t"cluster": "a b",\n\t"vips": 1,\n\t"nodes": []\n}'), [
      `f:2:13: error: cluster: must be ${ID}, found "a b" (hint: for example seoul-1)`,
      'f:3:10: error: vips: must be a list, found 1 (hint: write its items below it, each beginning with "- ")',
    ]);
  });

  test('may begin without VIPs and nodes, which are then added by REST', () => {
    assert.deepEqual(linesOf('cluster: edge-1\nvips: []\nnodes: []\n'), [
      'f:2:7: warning: vips: there is none, so that no room has a place (hint: add one here, or by PUT /v1/vips/{id})',
    ]);
  });

  test('may share settings by anchors and aliases, within reason', () => {
    const text = FINE.replace('media: {', 'media: &m {').replace(
      'nodes:',
      '  - { id: second, addresses: [203.0.113.11], media: *m }\nnodes:',
    );
    const [first, second] = parsed(text).vips;
    assert.deepEqual(first?.media, second?.media);
  });

  test('has faults in aliased parts told where the alias is', () => {
    const text = FINE.replace('[203.0.113.10]', '&a [203.0.113.10]').replace(
      'nodes:',
      '  - id: second\n    addresses: *a\n    media: { ports: 1-2 }\nnodes:',
    );
    assert.deepEqual(linesOf(text), [
      'f:8:16: error: vips[1].addresses[0]: 203.0.113.10 is an address of VIP public already (hint: give each VIP its own addresses, or make them one VIP)',
    ]);
  });

  test('takes off as YAML 1.1 readers and as YAML 1.2 readers see it', () => {
    for (const off of ['off', '"off"', 'false']) {
      assert.equal(parsed(FINE.replace('algorithm: ring', `loadBound: ${off}`)).placement.loadBound, null);
      const signalling = `signalling: { port: 80, domain: a.example, tls: ${off} }\n    media: {`;
      assert.equal(parsed(FINE.replace('media: {', signalling)).vips[0]?.signalling?.tls, 'off');
    }
  });

  test('means the same whatever the order of its lists, keys and letters of addresses', () => {
    const a = parsed(`cluster: c
vips:
  - { id: b, addresses: ["2001:DB8:0::1"], media: { ports: 1-9, protocols: [tcp, udp], idleTimeout: 1h } }
  - { id: a, addresses: [192.0.2.1], signalling: { ports: 1-9, domain: EXAMPLE.net, port: 10 } }
nodes:
  - { id: y, kind: janus, vip: a, addresses: [192.0.2.9], signallingPort: 7 }
  - { id: x, kind: janus, vip: b, addresses: ["fd00::0:2"], mediaPorts: 7 }
`);
    const b = parsed(`nodes:
  - { mediaPorts: 7-7, addresses: ["fd00::2"], vip: b, kind: janus, id: x }
  - { id: y, kind: janus, vip: a, addresses: [192.0.2.9], signallingPort: 7, weight: 100, state: active }
vips:
  - { id: a, addresses: [192.0.2.1], signalling: { port: 10, ports: 1-9, tls: passthrough, domain: example.net } }
  - { id: b, addresses: ["2001:db8::1"], media: { ports: 1-9, idleTimeout: 3600000ms } }
cluster: c
`);
    assert.deepEqual(a, b);
  });

  test('has all its faults told at once, in the order of the file', () => {
    const text = `cluster: seoul 1
placement: { algoritm: maglev, tableSize: 1000 }
vips:
  - id: public
    addresses: [203.0.113.10, 203.0.113.10]
    signalling: { port: 443, idleTimeout: 500ms }
    media: { ports: 400-500 }
  - id: Public
    addresses: [203.0.113.10]
    media: { ports: 40000-49999 }
nodes:
  - id: sfu-1
    kind: mediasup
    vip: publc
    addresses: [10.0.1.300, 224.0.0.1]
    weight: 300
  - id: sfu-2
    kind: janus
    vip: Public
    addresses: ["fd00::1"]
    mediaPorts: 50000
`;
    const { topology, faults } = parseTopology(text, { file: 'f' });
    assert.equal(topology, undefined);
    assert.deepEqual(
      faults.map(({ line, column, path }) => `${line}:${column} ${path}`),
      [
        '1:10 cluster',
        '2:14 placement.algoritm',
        '2:43 placement.tableSize',
        '5:16 vips[0].addresses', // listed twice; the VIP is not sound, so the list as a whole
        '6:25 vips[0].signalling.port', // a warning: 443 without TLS
        '6:43 vips[0].signalling.idleTimeout',
        '7:21 vips[0].media.ports', // contains 443
        '8:9 vips[1].id', // differs by case only
        '9:17 vips[1].addresses[0]', // of the other VIP
        '13:11 nodes[0].kind',
        '14:10 nodes[0].vip',
        '15:16 nodes[0].addresses', // multicast
        '15:17 nodes[0].addresses[0]',
        '16:13 nodes[0].weight',
        '20:16 nodes[1].addresses', // a warning: no IPv4
        '20:17 nodes[1].addresses[0]', // IPv6, which the VIP lacks
        '21:17 nodes[1].mediaPorts', // outside the VIP's
      ],
    );
  });

  test('may have 10,000 nodes', (t) => {
    const nodes = Array.from(
      { length: 10_000 },
      (_, i) => `  - id: sfu-${i}
    kind: mediasoup
    vip: public
    addresses: [10.0.${i >> 8}.${i & 255}]
    zone: a
    weight: 100
    mediaPorts: ${20_000 + 4 * i}-${20_003 + 4 * i}
    healthPort: 9100
    state: active
`,
    );
    const text = FINE.replace('40000-49999', '20000-60000').replace(
      /nodes:[^]*/,
      `nodes:\n${nodes.join('')}`,
    );
    const start = performance.now();
    assert.equal(parsed(text).nodes.length, 10_000);
    const seconds = (performance.now() - start) / 1000;
    t.diagnostic(`${(text.length / 1e6).toFixed(1)} MB of YAML read in ${seconds.toFixed(1)} s`);
  });

  test('shows hostile text escaped and shortened in messages', () => {
    const [fault] = linesOf(`"\\u202e\\e[31m${'x'.repeat(500)}": 1`);
    assert.match(fault ?? '', /^f:1:1: error: \["\\u202e\\u001b\[31mx{54}…"\]: unknown key "/);
    assert.ok((fault ?? '').length < 300);
  });

  test('with faults makes an error that says them all', () => {
    const { faults } = parseTopology('a: 1', { file: 'f' });
    const error = new TopologyError(faults);
    assert.equal(error.message.split('\n').length, 3);
    assert.equal(error.faults, faults);
  });
});
