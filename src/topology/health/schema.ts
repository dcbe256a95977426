/** `health:` as users write it. Same rules as `schema.ts` beside this folder. */
import Type from 'typebox';
import { PROTOCOLS } from '../model.ts';
import { FILE_PATTERN, HOST_PATTERN, URL_PATH_PATTERN } from '../patterns.ts';
import { choice, cron, duration, mapping, offOr, port, timeZone } from '../schema-parts.ts';
import { CHECK_TYPES, DOWN_MEMBERS, EFFECTS, JANUS_ADMIN_PORT, TLS_CHOICES } from './config.ts';

const { Optional } = Type;

const urlPath = (description: string, examples: string[]) =>
  Type.String({ pattern: URL_PATH_PATTERN, maxLength: 255, description, examples });
const count = (description: string, fallback: number) =>
  Type.Integer({ minimum: 1, maximum: 100, default: fallback, examples: [fallback], description });

export const CheckSchema = mapping(
  'A check with its options. Each option belongs to the types that its description names.',
  {
    type: choice(
      CHECK_TYPES,
      undefined,
      "stun: a signed STUN Binding to every worker's media port. vip-stun: the same through the VIP, which proves where its rules lead. heartbeat: the node's own reports arrive. janus: GET /info of Janus. http: an HTTP GET. tcp: a connection.",
    ),
    interval: Optional(
      duration(
        'Time between two probes. Default: health.interval; vip-stun: at least 10s.',
        undefined,
        '10s',
      ),
    ),
    timeout: Optional(duration('Time to wait for the answer. Default: health.timeout.', undefined, '1s')),
    effect: Optional(
      choice(
        EFFECTS,
        undefined,
        'The most that this check does to a node. down: no new rooms, and existing ones are placed anew. suspect: no new rooms. report: events and metrics only. Default: down; vip-stun: suspect.',
      ),
    ),
    transports: Optional(
      Type.Array(choice(PROTOCOLS), {
        minItems: 1,
        uniqueItems: true,
        examples: [['udp', 'tcp']],
        description: 'stun, vip-stun: by which transports. Default: stun by one, vip-stun by all of the VIP.',
      }),
    ),
    maxAge: Optional(
      duration('heartbeat: older than this, it is missed. Default: 2.5 intervals.', undefined, '5s'),
    ),
    port: Optional(
      port('http, tcp, janus: port of the node. Default: healthPort, signallingPort, 8088.', [9100]),
    ),
    path: Optional(urlPath('http, janus: path to ask for. Default: /health; janus: /janus.', ['/health'])),
    host: Optional(
      Type.String({
        pattern: HOST_PATTERN,
        maxLength: 253,
        examples: ['sfu.example.net'],
        description: 'http, janus: Host header, and the name that a certificate must be for.',
      }),
    ),
    tls: Optional(
      offOr(
        choice(TLS_CHOICES),
        'http, janus: off: plain HTTP. verify: HTTPS, certificate checked. insecure: HTTPS, any certificate.',
        { default: 'off', examples: ['verify'] },
      ),
    ),
    status: Optional(
      Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
        minItems: 1,
        uniqueItems: true,
        examples: [[200]],
        description: 'http: status codes of a healthy node. Default: 200 to 299.',
      }),
    ),
    body: Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        examples: ['"status":"ok"'],
        description: 'http: text that the answer must contain.',
      }),
    ),
    adminPort: Optional(
      port(`janus: port of the admin API. Default: ${JANUS_ADMIN_PORT}.`, [JANUS_ADMIN_PORT]),
    ),
    adminPath: Optional(urlPath('janus: path of the admin API. Default: /admin.', ['/admin'])),
    adminSecretFile: Optional(
      Type.String({
        pattern: FILE_PATTERN,
        maxLength: 255,
        examples: ['/etc/roomlb/janus-admin.secret'],
        description:
          'janus: file on the dispatcher that holds the admin secret. With it the load (sessions) is asked for. Edits by REST name none that the topology file does not.',
      }),
    ),
  },
  [{ type: 'http', path: '/health', status: [200] }],
);

export const DampingSchema = mapping('How a node that goes up and down again and again is held back.', {
  halfLife: Optional(duration('Time in which the penalty of past falls halves.', '60s')),
  suppress: Optional(
    Type.Integer({
      minimum: 1000,
      maximum: 100_000,
      default: 2500,
      examples: [2500],
      description:
        'Penalty from which a node gets no new rooms. Going down costs 1000, becoming suspect 500.',
    }),
  ),
  reuse: Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      examples: [1000],
      description: 'Penalty below which it gets new rooms again. Must be less than suppress.',
    }),
  ),
  maxSuppress: Optional(duration('Longest time that a node is held back after its last fall.', '10m')),
});

export const DeepCheckSchema = mapping(
  'When everything that could be asked of nodes is asked, as at night.',
  {
    cron: cron('When it begins', ['0 4 * * *']),
    timeZone: Optional(timeZone('IANA time zone that the times are in.')),
  },
  [{ cron: '0 4 * * *', timeZone: 'Asia/Seoul' }],
);

export const HealthSchema = mapping(
  'How nodes are checked. Probes are sent to addresses of this topology only.',
  {
    enabled: Optional(
      Type.Boolean({ default: true, description: 'false: nothing is sent, and every node counts as up.' }),
    ),
    interval: Optional(duration('Time between two probes of the same thing, 100ms to 1h.', '2s')),
    timeout: Optional(duration('Time to wait for an answer, 10ms to the interval.', '1s')),
    rise: Optional(count('Answers in a row that bring a node back.', 2)),
    fall: Optional(
      count('Timeouts in a row that make a node down; the first makes it suspect (no new rooms).', 3),
    ),
    checks: Optional(
      Type.Array(Type.Union([choice(CHECK_TYPES), CheckSchema]), {
        minItems: 1,
        // Each is planned for each node.
        maxItems: 64,
        examples: [['stun', 'heartbeat', { type: 'http', path: '/health' }]],
        description:
          'What is checked, by name or with options. Default: all that fit the node: stun, vip-stun and heartbeat for mediasoup, janus for Janus, http where there is a healthPort, else tcp to the signallingPort.',
      }),
    ),
    damping: Optional(
      offOr(DampingSchema, 'Flap damping, or off.', { examples: [{ halfLife: '60s' }, 'off'] }),
    ),
    panicThreshold: Optional(
      offOr(
        Type.Number({ minimum: 0.1, maximum: 0.99 }),
        'When more than this share of the nodes falls silent at once, the network is blamed: states stay as they were. off: never.',
        { default: 0.5, examples: [0.5, 'off'] },
      ),
    ),
    slowStart: Optional(
      offOr(
        duration('Time over which a node that was down gets its full weight back.', '30s'),
        'Time over which a node that was down gets its full weight back, or off.',
        { default: '30s', examples: ['30s', 'off'] },
      ),
    ),
    downMembers: Optional(
      choice(
        DOWN_MEMBERS,
        'weight-0',
        'What becomes of a down node in the rules for new signalling. weight-0: it stays in them and gets no new connections. remove: it is taken out of them.',
      ),
    ),
    deepCheck: Optional(
      offOr(
        DeepCheckSchema,
        'At these times every node is asked by every check that fits it, also those not among checks, at every address and by every transport. What contradicts its health state is told as an event; the state itself stays as it is. off: never.',
        { default: 'off', examples: [{ cron: '0 4 * * *', timeZone: 'Asia/Seoul' }, 'off'] },
      ),
    ),
    concurrency: Optional(
      Type.Integer({
        minimum: 1,
        maximum: 16_384,
        default: 1024,
        examples: [1024],
        description: 'Probes under way at once. Each takes a socket.',
      }),
    ),
  },
  [{ interval: '2s', timeout: '1s', rise: 2, fall: 3 }],
);

export type CheckDocument = Type.Static<typeof CheckSchema>;
export type HealthDocument = Type.Static<typeof HealthSchema>;
