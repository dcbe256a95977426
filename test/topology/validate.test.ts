import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFault } from '../../src/topology/faults.ts';
import { parseTopology } from '../../src/topology/parse.ts';

interface Case {
  readonly placement?: string;
  readonly vips?: readonly string[];
  readonly nodes?: readonly string[];
}

/** A VIP whose options stand before the rest. */
const vip = (options = '', rest = 'addresses: [203.0.113.10], media: { ports: 40000-49999 }'): string =>
  `{ ${options === '' ? 'id: public' : options}, ${rest} }`;
const SIGNALLED = 'addresses: [203.0.113.10], signalling';
const node = (id: string, rest: string): string => `{ id: ${id}, kind: janus, vip: public, ${rest} }`;
const ONE = 'addresses: [10.0.1.11], mediaPorts: 40000-40003';
const TWO = 'addresses: [10.0.1.12], mediaPorts: 40004-40007';

/** VIPs stand from line 4 on, one a line; nodes begin two lines below the last VIP. */
function faults({ placement = '{}', vips = [vip()], nodes = [] }: Case): string[] {
  const text = [
    'cluster: c',
    `placement: ${placement}`,
    'vips:',
    ...vips.map((text) => `  - ${text}`),
    nodes.length === 0 ? 'nodes: []' : 'nodes:',
    ...nodes.map((text) => `  - ${text}`),
  ].join('\n');
  return parseTopology(text, { file: 'f' }).faults.map(formatFault);
}

type Table = readonly (readonly [string, Case, readonly string[]])[];

function check(title: string, table: Table): void {
  describe(title, () => {
    for (const [name, input, expected] of table) test(name, () => assert.deepEqual(faults(input), expected));
  });
}

check('ids', [
  [
    'are unique among VIPs',
    { vips: [vip(), vip('id: public', 'addresses: [203.0.113.11], media: { ports: 1-2 }')] },
    ['f:5:11: error: vips[1].id: another VIP has the id public (hint: give each its own id)'],
  ],
  [
    'are unique among nodes, whatever the case of their letters',
    { nodes: [node('sfu-1', ONE), node('SFU-1', TWO)] },
    [
      'f:7:11: error: nodes[1].id: differs from the node id sfu-1 by case only (hint: DNS and some engines ignore case; give it another id)',
    ],
  ],
  ['may be shared by a VIP and a node', { nodes: [node('public', ONE)] }, []],
  [
    'of VIPs that nodes name exist',
    { nodes: [`{ id: a, kind: janus, vip: pubilc, ${ONE} }`] },
    ['f:6:32: error: nodes[0].vip: there is no VIP pubilc (hint: did you mean "public"?)'],
  ],
  [
    'of VIPs are listed where none is near',
    { nodes: [`{ id: a, kind: janus, vip: zzz, ${ONE} }`] },
    ['f:6:32: error: nodes[0].vip: there is no VIP zzz (hint: VIPs are: public)'],
  ],
  [
    'of VIPs are not missed where one could not be read',
    {
      vips: [vip(), vip('id: a/b', 'addresses: [203.0.113.11]')],
      nodes: [`{ id: a, kind: janus, vip: zzz, ${ONE} }`],
    },
    [
      'f:5:11: error: vips[1].id: must be an id (a letter or digit, then up to 62 letters, digits, "_", "." or "-"), found "a/b" (hint: for example public)',
    ],
  ],
]);

check('addresses', [
  [
    'belong to one VIP, however they are written',
    {
      vips: [
        vip('id: a', 'addresses: ["2001:db8::1"], media: { ports: 1-2 }'),
        vip('id: b', 'addresses: ["2001:0DB8::0001"], media: { ports: 1-2 }'),
      ],
    },
    [
      'f:5:26: error: vips[1].addresses[0]: 2001:db8::1 is an address of VIP a already (hint: give each VIP its own addresses, or make them one VIP)',
    ],
  ],
  [
    'are listed once',
    { nodes: [node('a', 'addresses: [10.0.1.11, 10.0.1.11], mediaPorts: 40000')] },
    ['f:6:63: error: nodes[0].addresses[1]: 10.0.1.11 is listed twice (hint: list each address once)'],
  ],
  [
    'of a node are one per family',
    { nodes: [node('a', 'addresses: [10.0.1.11, 10.0.1.12], mediaPorts: 40000')] },
    [
      'f:6:63: error: nodes[0].addresses[1]: 10.0.1.12 is a second IPv4 address, beside 10.0.1.11 (hint: a node has at most one address per family; declare a second node for the other)',
    ],
  ],
  [
    'of a node are of a family that the VIP has',
    { nodes: [node('a', 'addresses: [10.0.1.11, "fd00::1"], mediaPorts: 40000')] },
    [
      'f:6:63: error: nodes[0].addresses[1]: fd00::1 is IPv6, but VIP public has no IPv6 address (hint: add an IPv6 address to the VIP, or leave this one out)',
    ],
  ],
  [
    'of a node that serve only one of the families of its VIP are warned about',
    {
      vips: [vip('id: public', 'addresses: [203.0.113.10, "2001:db8::1"], media: { ports: 40000-49999 }')],
      nodes: [node('a', ONE)],
    },
    [
      "f:6:51: warning: nodes[0].addresses: clients that reach VIP public by IPv6 cannot reach a (hint: add the node's IPv6 address)",
    ],
  ],
  [
    'of a node are not those of a VIP, even of another one in dsr mode',
    {
      vips: [vip(), vip('id: b, forwarding: dsr', 'addresses: [203.0.113.11], media: { ports: 1-2 }')],
      nodes: [node('a', 'addresses: [203.0.113.11], mediaPorts: 40000')],
    },
    [
      "f:7:52: error: nodes[0].addresses[0]: 203.0.113.11 is an address of VIP b (hint: write the node's own address, by which the balancer reaches it)",
    ],
  ],
  ...(
    [
      ['0.0.0.0', '0.0.0.0 is not the address of a host (unspecified)'],
      ['0.1.2.3', '0.1.2.3 is not the address of a host (unspecified)'],
      ['224.0.0.1', '224.0.0.1 is a multicast address'],
      ['239.255.255.255', '239.255.255.255 is a multicast address'],
      ['255.255.255.255', '255.255.255.255 is the broadcast address'],
      ['"::"', ':: is not the address of a host (unspecified)'],
      ['"ff02::1"', 'ff02::1 is a multicast address'],
      ['"fe80::1"', 'fe80::1 is link-local, which means nothing without an interface'],
      ['"febf::1"', 'febf::1 is link-local, which means nothing without an interface'],
    ] as const
  ).map(
    ([text, flaw]) =>
      [
        `such as ${text} are refused`,
        { vips: [vip('id: public', `addresses: [${text}], media: { ports: 40000 }`)] },
        [`f:4:31: error: vips[0].addresses[0]: ${flaw} (hint: write the address of one host)`],
      ] as const,
  ),
  ...[
    '1.0.0.0',
    '223.255.255.255',
    '240.0.0.1',
    '169.254.1.1',
    '"::1"',
    '"fec0::1"',
    '"fd00::1"',
    '"f::1"',
  ].map(
    (text) =>
      [
        `such as ${text} are accepted`,
        { vips: [vip('id: public', `addresses: [${text}], media: { ports: 40000 }`)] },
        [],
      ] as const,
  ),
]);

check('media ports', [
  [
    'lie within those of the VIP',
    { nodes: [node('a', 'addresses: [10.0.1.11], mediaPorts: 49999-50000')] },
    [
      'f:6:76: error: nodes[0].mediaPorts: 49999-50000 lies outside 40000-49999, the media ports of VIP public (hint: choose from 40000-49999, or widen media.ports of the VIP)',
    ],
  ],
  [
    'are needed where the VIP carries media',
    { nodes: [node('a', 'addresses: [10.0.1.11]')] },
    [
      'f:6:5: error: nodes[0].mediaPorts: is missing, though VIP public carries media (hint: add one port per worker, from 40000-49999)',
    ],
  ],
  [
    'are refused where the VIP carries none',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 80 }`)], nodes: [node('a', ONE)] },
    [
      'f:6:76: error: nodes[0].mediaPorts: VIP public carries no media (hint: add media: to the VIP, or leave mediaPorts out)',
    ],
  ],
  [
    'lead to one node, which the later one is told',
    {
      nodes: [
        node('wide', 'addresses: [10.0.1.11], mediaPorts: 40000-40099'),
        node('far', 'addresses: [10.0.1.12], mediaPorts: 41000'),
        node('inside', 'addresses: [10.0.1.13], mediaPorts: 40050-40051'),
        node('twin', 'addresses: [10.0.1.14], mediaPorts: 41000'),
        node('beside', 'addresses: [10.0.1.15], mediaPorts: 40100'),
      ],
    },
    [
      'f:8:81: error: nodes[2].mediaPorts: 40050-40051 overlaps 40000-40099 of node wide behind the same VIP (hint: a media port leads to one node; give each node its own)',
      'f:9:79: error: nodes[3].mediaPorts: 41000 overlaps 41000 of node far behind the same VIP (hint: a media port leads to one node; give each node its own)',
    ],
  ],
  [
    'may be the same behind different VIPs',
    {
      vips: [vip(), vip('id: b', 'addresses: [203.0.113.11], media: { ports: 40000 }')],
      nodes: [node('a', ONE), '{ id: b, kind: janus, vip: b, addresses: [10.0.1.12], mediaPorts: 40000 }'],
    },
    [],
  ],
  [
    'stay apart from signalling.port where both are TCP',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 8443 }, media: { ports: 8000-9000 }`)] },
    [
      'f:4:90: error: vips[0].media.ports: 8000-9000 contains signalling.port 8443, and both are TCP (hint: move one of them, or write protocols: [udp])',
    ],
  ],
  [
    'stay apart from signalling.ports where both are TCP',
    { vips: [vip('id: public', `${SIGNALLED}: { ports: 8443-8542 }, media: { ports: 8500-9000 }`)] },
    [
      'f:4:96: error: vips[0].media.ports: 8500-9000 overlaps signalling.ports 8443-8542, and both are TCP (hint: move one of them, or write protocols: [udp])',
    ],
  ],
  [
    'may have the number of a signalling port where they are UDP',
    {
      vips: [
        vip('id: public', `${SIGNALLED}: { port: 8443 }, media: { ports: 8000-9000, protocols: [udp] }`),
      ],
    },
    [],
  ],
]);

check('signalling', [
  [
    'needs a port',
    { vips: [vip('id: public', `${SIGNALLED}: { host: a.example }`)] },
    [
      'f:4:58: error: vips[0].signalling.port: is missing, and so is ports (hint: add port: 443, or ports: 8443-8542)',
    ],
  ],
  [
    'has a shared port outside the ports of nodes',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 8443, ports: 8443-8542 }`)] },
    [
      'f:4:79: error: vips[0].signalling.ports: 8443-8542 contains signalling.port 8443 (hint: a port is either shared by all nodes or belongs to one; move the range)',
    ],
  ],
  [
    'cannot have both kinds of port where none is translated',
    {
      vips: [vip('id: public, forwarding: dsr', `${SIGNALLED}: { port: 80, ports: 8443-8542 }`)],
      // Whichever it has is not the node's fault.
      nodes: ['80', '8443'].map((port) =>
        node(`n${port}`, `addresses: [10.0.1.${port.length}], signallingPort: ${port}`),
      ),
    },
    [
      'f:4:94: error: vips[0].signalling.ports: dsr translates no ports, so that a node cannot answer on port and on one of ports (hint: leave out port or ports, or write forwarding: nat)',
    ],
  ],
  ...['dsr', 'tunnel'].map(
    (mode) =>
      [
        `in ${mode} mode has the port of the VIP on the node`,
        {
          vips: [vip(`id: public, forwarding: ${mode}`, `${SIGNALLED}: { port: 80 }`)],
          nodes: [
            node('a', 'addresses: [10.0.1.11], signallingPort: 4443'),
            node('b', 'addresses: [10.0.1.12]'),
          ],
        },
        [
          `f:6:80: error: nodes[0].signallingPort: must be 80 as on VIP public, since ${mode} translates no ports; found 4443 (hint: write 80, or forwarding: nat on the VIP)`,
        ],
      ] as const,
  ),
  [
    'in dsr mode takes a port per node from the range',
    {
      vips: [vip('id: public, forwarding: dsr', `${SIGNALLED}: { ports: 8443-8542 }`)],
      nodes: [
        node('a', 'addresses: [10.0.1.11], signallingPort: 4443'),
        node('b', 'addresses: [10.0.1.12], signallingPort: 8444'),
        node('c', 'addresses: [10.0.1.13], signallingPort: 8444'),
        node('d', 'addresses: [10.0.1.14]'),
      ],
    },
    [
      'f:6:80: error: nodes[0].signallingPort: must be one of 8443-8542, since dsr translates no ports; found 4443 (hint: write one of 8443-8542, or forwarding: nat on the VIP)',
      'f:8:80: error: nodes[2].signallingPort: gets port 8444 of the VIP, which node b has already (hint: give each node its own port of signalling.ports)',
      'f:9:5: error: nodes[3].signallingPort: is missing, and VIP public has no shared port to take it from (hint: add one of 8443-8542)',
    ],
  ],
  [
    'with NAT derives a port per node from its media ports, if there is one',
    {
      vips: [
        vip('id: public', `${SIGNALLED}: { port: 80, ports: 8443-8542 }, media: { ports: 40000-49999 }`),
      ],
      nodes: [
        node('a', 'addresses: [10.0.1.11], mediaPorts: 40000-40003'),
        node('b', 'addresses: [10.0.1.12], mediaPorts: 40100-40103'),
        node('c', 'addresses: [10.0.1.13], mediaPorts: 40004-40007, signallingPort: 8443'),
      ],
    },
    [
      'f:7:5: error: nodes[1].signallingPort: 80 gets no port of its own in signalling.ports 8443-8542 of VIP public (hint: write a port of that range, or make it as long as media.ports)',
      'f:8:105: error: nodes[2].signallingPort: gets port 8443 of the VIP, which node a has already (hint: give each node its own port of signalling.ports)',
    ],
  ],
  [
    'warns of port 443 without TLS',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 443 }`)] },
    [
      'f:4:66: warning: vips[0].signalling.port: 443 is the port of https, but TLS is off: URLs will begin with ws:// (hint: add domain: or certificate:, or write another port)',
    ],
  ],
  [
    'warns where no engine can see which node is meant',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 443, tls: passthrough }`)] },
    [
      'f:4:76: warning: vips[0].signalling.tls: without domain no engine can see which node a client means, so that any node may answer (hint: add domain: sfu.example.net)',
    ],
  ],
  [
    'ends TLS with a certificate',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 443, tls: terminate }`)] },
    [
      'f:4:58: error: vips[0].signalling.certificate: is missing, though TLS ends on the balancer (hint: add certificate: /etc/roomlb/tls.pem, or write tls: passthrough)',
    ],
  ],
  [
    'has no use for a certificate where TLS passes through',
    { vips: [vip('id: public', `${SIGNALLED}: { ports: 1-2, tls: passthrough, certificate: /a.pem }`)] },
    [
      'f:4:103: error: vips[0].signalling.certificate: is of no use with tls: passthrough (hint: write tls: terminate, or leave the certificate out)',
    ],
  ],
  [
    'cannot end TLS where answers pass the balancer by',
    { vips: [vip('id: public, forwarding: tunnel', `${SIGNALLED}: { port: 443, certificate: /a.pem }`)] },
    [
      'f:4:78: error: vips[0].signalling.tls: TLS cannot end on the balancer in tunnel mode, where it does not see the answers (hint: write forwarding: nat, or tls: passthrough without certificate)',
    ],
  ],
  [
    'may end TLS for names of a domain',
    { vips: [vip('id: public', `${SIGNALLED}: { port: 443, domain: a.example, certificate: /a.pem }`)] },
    [],
  ],
  [
    'with a domain has nodes whose ids are labels of it',
    {
      vips: [vip('id: public', `${SIGNALLED}: { port: 443, domain: a.example }`)],
      nodes: [
        node('SFU-1', 'addresses: [10.0.1.11]'),
        node('a_b', 'addresses: [10.0.1.12]'),
        node('a.b', 'addresses: [10.0.1.13]'),
        node('a-', 'addresses: [10.0.1.14]'),
        node('0-b', 'addresses: [10.0.1.15]'),
      ],
    },
    ['SFU-1', 'a_b', 'a.b', 'a-'].map(
      (id, i) =>
        `f:${6 + i}:11: error: nodes[${i}].id: ${id} cannot be the name of a host in a.example (hint: write lower-case letters, digits and inner hyphens only, since browsers ask for <id>.<domain>)`,
    ),
  ],
  [
    'with a long domain needs short ids',
    {
      vips: [vip('id: public', `${SIGNALLED}: { port: 443, domain: ${'abcdefghi.'.repeat(25)}de }`)],
      nodes: [node('ab', 'addresses: [10.0.1.12]')],
    },
    [
      `f:6:11: error: nodes[0].id: ab.${'abcdefghi.'.repeat(25)}de is too long for a DNS name (hint: shorten the id or signalling.domain)`,
    ],
  ],
]);

check('ports of one host', [
  [
    'may serve several nodes if they differ, which is said, since the address may have been forgotten',
    {
      nodes: [
        node('a', 'addresses: [10.0.1.11], mediaPorts: 40000, signallingPort: 4443, healthPort: 9100'),
        node('b', 'addresses: [10.0.1.11], mediaPorts: 40001, signallingPort: 4444, healthPort: 9101'),
      ],
    },
    [
      "f:7:52: warning: nodes[1].addresses[0]: 10.0.1.11 is an address of node a as well (hint: fine if both run on that host; otherwise write this node's own)",
    ],
  ],
  [
    'serve one node each',
    {
      vips: [vip(), vip('id: b', 'addresses: [203.0.113.11], media: { ports: 4000-50000 }')],
      nodes: [
        node('a', 'addresses: [10.0.1.11], mediaPorts: 40000-40003, signallingPort: 4443, healthPort: 9100'),
        '{ id: b, kind: janus, vip: b, addresses: [10.0.1.11], mediaPorts: 40003-40005, signallingPort: 4443, healthPort: 9101 }',
        '{ id: c, kind: janus, vip: b, addresses: [10.0.1.11], mediaPorts: 9100, healthPort: 40001 }',
      ],
    },
    [
      'f:8:71: error: nodes[1].mediaPorts: 40003-40005 is taken by node a (40000-40003) on the same address (hint: nodes on one host need different ports; is the address its own?)',
      'f:8:100: error: nodes[1].signallingPort: 4443 is taken by node a (4443) on the same address (hint: nodes on one host need different ports; is the address its own?)',
      'f:9:71: error: nodes[2].mediaPorts: 9100 is taken by node a (9100) on the same address (hint: nodes on one host need different ports; is the address its own?)',
      'f:9:89: error: nodes[2].healthPort: 40001 is taken by node a (40000-40003) on the same address (hint: nodes on one host need different ports; is the address its own?)',
    ],
  ],
  [
    'are told once where nodes of one VIP collide',
    {
      nodes: ['a', 'b'].map((id) => node(id, 'addresses: [10.0.1.11], mediaPorts: 40000')),
    },
    [
      'f:7:76: error: nodes[1].mediaPorts: 40000 overlaps 40000 of node a behind the same VIP (hint: a media port leads to one node; give each node its own)',
    ],
  ],
  [
    'may be the same for two VIPs in dsr mode, where nodes listen on the VIP',
    {
      vips: ['a', 'b'].map((id, i) =>
        vip(`id: ${id}, forwarding: dsr`, `addresses: [203.0.113.1${i}], media: { ports: 40000 }`),
      ),
      nodes: ['a', 'b'].map(
        (id) => `{ id: ${id}, kind: janus, vip: ${id}, addresses: [10.0.1.11], mediaPorts: 40000 }`,
      ),
    },
    [
      "f:8:47: warning: nodes[1].addresses[0]: 10.0.1.11 is an address of node a as well (hint: fine if both run on that host; otherwise write this node's own)",
    ],
  ],
  [
    'may be the same for UDP and for TCP',
    {
      vips: ['udp', 'tcp'].map((id, i) =>
        vip(`id: ${id}`, `addresses: [203.0.113.1${i}], media: { ports: 40000, protocols: [${id}] }`),
      ),
      nodes: ['udp', 'tcp'].map(
        (id) => `{ id: ${id}, kind: janus, vip: ${id}, addresses: [10.0.1.11], mediaPorts: 40000 }`,
      ),
    },
    [
      "f:8:51: warning: nodes[1].addresses[0]: 10.0.1.11 is an address of node udp as well (hint: fine if both run on that host; otherwise write this node's own)",
    ],
  ],
  [
    "are apart within a node's own",
    { nodes: [node('a', `${ONE}, signallingPort: 40001, healthPort: 40003`)] },
    [
      'f:6:105: error: nodes[0].signallingPort: 40001 is one of the media ports 40000-40003, and both are TCP (hint: write another port)',
      'f:6:124: error: nodes[0].healthPort: 40003 is one of the media ports 40000-40003, and both are TCP (hint: write another port)',
    ],
  ],
  [
    'are apart from the one for STUN, which is UDP, and shared by it with TCP ones',
    {
      nodes: [
        node('a', `${ONE}, signallingPort: 4443, healthPort: 9100, stunPort: 9100`),
        node('b', 'addresses: [10.0.1.12], mediaPorts: 40010, signallingPort: 4443, stunPort: 40010'),
      ],
    },
    [
      'f:7:115: error: nodes[1].stunPort: 40010 is one of the media ports 40010, and both are UDP (hint: write another port)',
    ],
  ],
  [
    'may be one for signalling and health where the node speaks plain HTTP',
    {
      vips: [vip('id: public', `${SIGNALLED}: { port: 80 }`)],
      nodes: [node('a', 'addresses: [10.0.1.11], signallingPort: 4443, healthPort: 4443')],
    },
    [],
  ],
  [
    'are two for signalling and health where the node speaks TLS',
    {
      vips: [vip('id: public', `${SIGNALLED}: { port: 443, domain: a.example }`)],
      nodes: [node('a', 'addresses: [10.0.1.11], signallingPort: 4443, healthPort: 4443')],
    },
    [
      'f:6:98: error: nodes[0].healthPort: 4443 is the signalling port, where the node speaks TLS, but monitors ask in plain HTTP (hint: serve GET /health on another port)',
    ],
  ],
]);

/** One thing that each VIP cannot say so, beside faults of its node that do not depend on it; some that do. */
check('a fault of a VIP hides none of its nodes', [
  [
    'addresses',
    {
      vips: [
        vip(
          'id: public',
          'addresses: [203.0.113.300], signalling: { port: 80, domain: a.example }, media: { ports: 40000-49999 }',
        ),
      ],
      nodes: [node('A', 'addresses: ["fd00::1"], mediaPorts: 50000, healthPort: 80')],
    },
    [
      'f:4:31: error: vips[0].addresses[0]: must be an IPv4 or IPv6 address, found "203.0.113.300" (hint: four decimal numbers from 0 to 255, without leading zeros)',
      'f:6:11: error: nodes[0].id: A cannot be the name of a host in a.example (hint: write lower-case letters, digits and inner hyphens only, since browsers ask for <id>.<domain>)',
      'f:6:76: error: nodes[0].mediaPorts: 50000 lies outside 40000-49999, the media ports of VIP public (hint: choose from 40000-49999, or widen media.ports of the VIP)',
      'f:6:95: error: nodes[0].healthPort: 80 is the signalling port, where the node speaks TLS, but monitors ask in plain HTTP (hint: serve GET /health on another port)',
    ],
  ],
  [
    'media ports, of which those of nodes are still apart from their others and from each other',
    {
      vips: [vip('id: public', `${SIGNALLED}: { ports: 8443-8542 }, media: { ports: 9-5 }`)],
      nodes: [
        node(
          'a',
          'addresses: [10.0.1.11, "fd00::1"], mediaPorts: 50000, healthPort: 50000, signallingPort: 4443',
        ),
        node('b', 'addresses: [10.0.1.12], mediaPorts: 50000'),
      ],
    },
    [
      'f:4:96: error: vips[0].media.ports: the first port must not exceed the last, found 9-5 (hint: write 5-9)',
      'f:6:63: error: nodes[0].addresses[1]: fd00::1 is IPv6, but VIP public has no IPv6 address (hint: add an IPv6 address to the VIP, or leave this one out)',
      'f:6:106: error: nodes[0].healthPort: 50000 is one of the media ports 50000, and both are TCP (hint: write another port)',
      'f:7:5: error: nodes[1].signallingPort: is missing, and VIP public has no shared port to take it from (hint: add one of 8443-8542)',
      'f:7:76: error: nodes[1].mediaPorts: 50000 overlaps 50000 of node a behind the same VIP (hint: a media port leads to one node; give each node its own)',
    ],
  ],
  [
    'signalling ports',
    {
      vips: [vip('id: public, forwarding: dsr', `${SIGNALLED}: { port: 0, domain: a.example }`)],
      nodes: [node('a_b', 'addresses: [10.0.1.11, "fd00::1"], mediaPorts: 40000')],
    },
    [
      'f:4:83: error: vips[0].signalling.port: must be a whole number from 1 to 65535, found 0 (hint: for example 443)',
      'f:6:11: error: nodes[0].id: a_b cannot be the name of a host in a.example (hint: write lower-case letters, digits and inner hyphens only, since browsers ask for <id>.<domain>)',
      'f:6:65: error: nodes[0].addresses[1]: fd00::1 is IPv6, but VIP public has no IPv6 address (hint: add an IPv6 address to the VIP, or leave this one out)',
      'f:6:89: error: nodes[0].mediaPorts: VIP public carries no media (hint: add media: to the VIP, or leave mediaPorts out)',
    ],
  ],
  [
    'forwarding, from which alone follows whether ports may differ',
    {
      vips: [
        vip('id: public, forwarding: dsrr', `${SIGNALLED}: { port: 80 }, media: { ports: 40000-49999 }`),
      ],
      nodes: [
        node('a', 'addresses: [10.0.1.11], mediaPorts: 50000, signallingPort: 4443'),
        node('b', 'addresses: [10.0.1.11], signallingPort: 4443'),
      ],
    },
    [
      'f:4:31: error: vips[0].forwarding: must be nat, dsr or tunnel, found "dsrr" (hint: did you mean "dsr"?)',
      'f:6:76: error: nodes[0].mediaPorts: 50000 lies outside 40000-49999, the media ports of VIP public (hint: choose from 40000-49999, or widen media.ports of the VIP)',
      'f:7:5: error: nodes[1].mediaPorts: is missing, though VIP public carries media (hint: add one port per worker, from 40000-49999)',
    ],
  ],
]);

check('VIPs', [
  [
    'that carry nothing are warned about',
    { vips: ['{ id: public, addresses: [203.0.113.10] }'] },
    ['f:4:5: warning: vips[0]: VIP public carries nothing (hint: add signalling:, media:, or both)'],
  ],
  [
    'rewrite sources with NAT only',
    { vips: [vip('id: public, forwarding: dsr, snat: true')] },
    [
      'f:4:42: error: vips[0].snat: dsr leaves packets as they are, so that no source can be rewritten (hint: write forwarding: nat, or leave snat out)',
    ],
  ],
  [
    'on one interface have different VRRP router ids',
    {
      vips: [
        ['a', 10, 'eth0', 7],
        ['b', 11, 'eth1', 7],
        ['c', 12, 'eth0', 7],
      ].map(([id, host, device, router]) =>
        vip(
          `id: ${id}, vrrp: { interface: ${device}, routerId: ${router} }`,
          `addresses: [203.0.113.${host}], media: { ports: 1 }`,
        ),
      ),
    },
    [
      'f:6:49: error: vips[2].vrrp.routerId: VIP a has router id 7 on eth0 as well (hint: give each VIP on an interface its own router id)',
    ],
  ],
  [
    'are announced from other addresses, to other balancers, of one family',
    {
      vips: [
        vip(
          'id: public, vrrp: { interface: e, routerId: 7, source: 203.0.113.10, peers: [203.0.113.10, 192.0.2.2, 192.0.2.2] }',
        ),
        vip(
          'id: b, vrrp: { interface: e, routerId: 8, source: 192.0.2.2, peers: [192.0.2.2, "fd00::1"] }',
          'addresses: [203.0.113.11], media: { ports: 1 }',
        ),
        vip(
          'id: c, vrrp: { interface: e, routerId: 9, source: 192.0.2.2, peers: ["fe80::1"], advertInterval: 41s }',
          'addresses: [203.0.113.12], media: { ports: 1 }',
        ),
      ],
    },
    [
      "f:4:62: error: vips[0].vrrp.source: 203.0.113.10 is the VIP itself (hint: write the balancer's own address)",
      'f:4:83: error: vips[0].vrrp.peers: 192.0.2.2 is listed twice (hint: list each peer once)',
      "f:4:83: error: vips[0].vrrp.peers: 203.0.113.10 is the VIP itself (hint: write the other balancers' own addresses)",
      'f:4:83: error: vips[0].vrrp.peers: 203.0.113.10 is the source as well (hint: list the other balancers only)',
      'f:5:75: error: vips[1].vrrp.peers: 192.0.2.2 is the source as well (hint: list the other balancers only)',
      "f:6:57: error: vips[2].vrrp.source: 192.0.2.2 is IPv4, but no peer is (hint: write the balancer's IPv6 address)",
      'f:6:104: error: vips[2].vrrp.advertInterval: must be 1s to 40s, found 41s (hint: write 40s)',
    ],
  ],
]);

check('placement', [
  [
    'has a table whose size is a prime',
    { placement: '{ tableSize: 65536 }' },
    ['f:2:25: error: placement.tableSize: must be a prime, found 65536 (hint: write 65537)'],
  ],
  [
    'has a table whose size is not even the square of a prime',
    { placement: '{ tableSize: 69169 }' },
    ['f:2:25: error: placement.tableSize: must be a prime, found 69169 (hint: write 69191)'],
  ],
  [
    'has a table with a row for each node at least',
    {
      placement: '{ tableSize: 251 }',
      nodes: Array.from({ length: 251 }, (_, i) =>
        node(`n${i}`, `addresses: [10.0.1.${i + 1}], mediaPorts: ${40_000 + i}`),
      ),
    },
    [
      'f:2:25: error: placement.tableSize: must exceed the number of nodes (251), found 251 (hint: write 25111)',
    ],
  ],
  [
    'warns of a Maglev table with few rows per node',
    {
      placement: '{ tableSize: 251 }',
      nodes: [node('a', ONE), node('b', TWO), node('c', 'addresses: [10.0.1.13], mediaPorts: 40008')],
    },
    [
      'f:2:25: warning: placement.tableSize: 251 rows for 3 nodes make uneven shares (hint: a hundred rows per node are even to one per cent; write 307)',
    ],
  ],
  [
    'does not care for rows without a table',
    {
      placement: '{ tableSize: 251, algorithm: ring }',
      nodes: [node('a', ONE), node('b', TWO), node('c', 'addresses: [10.0.1.13], mediaPorts: 40008')],
    },
    [],
  ],
]);

describe('strings that end up in configuration files', () => {
  const refuses = (options: string, name: string) => {
    const [fault] = faults({ vips: [vip('id: public', `addresses: [203.0.113.10], ${options}`)] });
    assert.match(fault ?? '', /error: .*must be/, name);
  };
  for (const text of [
    'a b',
    'a\nb',
    'a;b',
    'a"b',
    '-a',
    'a-',
    '.a',
    'a..b',
    '1.2.3.4',
    'a.1',
    'ä',
    '',
    'a_b',
  ]) {
    test(`are DNS names for domain and host, unlike ${JSON.stringify(text)}`, () => {
      refuses(`signalling: { port: 80, domain: ${JSON.stringify(text)} }`, 'domain');
      refuses(`signalling: { port: 80, host: ${JSON.stringify(text)} }`, 'host');
    });
  }
  for (const text of [
    'a.pem',
    '/',
    '/a/../b',
    '/..',
    '/a b',
    '/a\nb',
    '/a//b',
    '/a/',
    '/a;b',
    "/a'b",
    '/$a',
    '',
  ]) {
    test(`are absolute paths for certificates, unlike ${JSON.stringify(text)}`, () => {
      refuses(`signalling: { port: 80, certificate: ${JSON.stringify(text)} }`, 'certificate');
    });
  }
  for (const text of ['eth0 ', 'eth0\n}', 'eth0\n', 'a/b', 'interface-name16', '.', '']) {
    test(`are interface names for VRRP, unlike ${JSON.stringify(text)}`, () => {
      refuses(`media: { ports: 1 }, vrrp: { interface: ${JSON.stringify(text)}, routerId: 1 }`, 'interface');
    });
  }
});
