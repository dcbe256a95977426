/** The shapes of what is told about health. */
import Type from 'typebox';
import { CHECK_TYPES } from '../topology/health/config.ts';
import { VERDICTS } from '../health/detector/paths.ts';
import { FAILURE_REASONS, type Outcome as ProbeOutcome } from '../health/outcome.ts';
import { WORKER_STATES } from '../media-node/protocol.ts';
import { ADMIN_STATES } from '../topology/model.ts';
import { list, NodeId, NodeKind, NodeZone, nullable, Transport, words } from './schemas.ts';

const Time = (description: string) =>
  Type.Number({ description: `${description}; milliseconds since the epoch.` });

export const State = words(['up', 'suspect', 'down', 'unknown'], {
  description:
    'up. suspect: no new rooms, existing ones stay. down: rooms are placed anew. unknown: not checked yet.',
});
const Verdict = words(VERDICTS, {
  description:
    'Of the way through the VIP. fine: leads to this worker. dead: the worker answers, but not through the ' +
    'VIP. wrong-node: leads elsewhere. unproven: the worker does not answer directly either.',
});

/** Flat, since a union would have to be told apart for every check of every node that is answered. */
const Outcome = Type.Unsafe<ProbeOutcome>(
  Type.Object(
    {
      kind: words(['ok', 'busy', 'timeout', 'failure', 'skipped']),
      rtt: Type.Optional(Type.Number({ description: 'Milliseconds to the answer.' })),
      why: Type.Optional(Type.String()),
      reason: Type.Optional(words(FAILURE_REASONS)),
      answeredBy: Type.Optional(Type.String({ description: 'Node that answered instead.' })),
      nobody: Type.Optional(
        Type.Boolean({ description: 'No other known worker is behind that VIP port either.' }),
      ),
      detail: Type.Optional(
        Type.Unsafe<Readonly<Record<string, string | number | boolean>>>(
          Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
        ),
      ),
    },
    { description: 'What a probe found out.' },
  ),
);

const Check = Type.Object({
  id: Type.String(),
  check: words(CHECK_TYPES),
  target: nullable(Type.String({ examples: ['127.0.0.1:40000/udp'] })),
  state: State,
  why: Type.String(),
  alive: Type.Integer({ description: 'Answers in a row.' }),
  silent: Type.Integer({ description: 'Timeouts in a row.' }),
  last: nullable(Type.Object({ at: Time('When the probe ended'), outcome: Outcome })),
  verdict: Type.Optional(Verdict),
});

const Count = Type.Integer({ minimum: 0 });

const Worker = Type.Object({
  port: Type.Integer(),
  state: words(WORKER_STATES),
  pid: nullable(Type.Integer()),
  restarts: Count,
  cpu: nullable(Type.Number({ description: 'Share of one core; 1 is a core that is full.' })),
  loopDelay: nullable(Type.Number({ description: 'Milliseconds.' })),
  lastAnswer: nullable(Type.Number({ description: 'Seconds since its last STUN answer.' })),
  rooms: Count,
  participants: Count,
  producers: Count,
  consumers: Count,
});

const Live = Type.Object(
  {
    connected: Type.Boolean(),
    since: Time('Since when it is connected, or not'),
    lastHeard: Time('When it was heard of last'),
    phase: words(['serving', 'draining', 'left'], {
      description: 'draining: about to stop, opens no rooms. left: said goodbye.',
    }),
    instance: Type.String({ description: 'New with every start of the node.' }),
    version: Type.String(),
    healthy: Type.Boolean(),
    uptime: Type.Number({ description: 'Seconds.' }),
    rooms: Count,
    participants: Count,
    producers: Count,
    consumers: Count,
    loopDelay: Type.Number({ description: 'Milliseconds.' }),
    workers: list(Worker),
  },
  { description: 'What the node says of itself.' },
);

const node = {
  node: NodeId,
  kind: NodeKind,
  zone: NodeZone,
  admin: words(ADMIN_STATES, {
    description: 'Administrative state as it holds now; draining also while a maintenance window is open.',
  }),
  maintenance: list(Type.String(), { description: 'Open maintenance windows that name the node.' }),
  state: State,
  since: nullable(Time('Since when it is in this state')),
  why: Type.String({ description: 'Empty where nothing is wrong.' }),
  measured: words(['up', 'suspect', 'down', 'unknown'], {
    description: 'What the checks say, where flap damping or panic believe something else.',
  }),
  factor: Type.Number({ description: 'Slow start: the share of its weight that it has, 0.1 to 1.' }),
  penalty: Type.Number({ description: 'Of flap damping.' }),
  heldUntil: nullable(Time('When it is released, while it is held back for flapping')),
  checks: list(Check),
  live: nullable(Live),
};

const Transition = Type.Object({ at: Time('When'), from: State, to: State, why: Type.String() });

export const NodeHealth = Type.Object({
  ...node,
  history: list(Transition, { description: 'The newest last.' }),
});

export const VipHealth = Type.Object({
  vip: Type.String({ description: 'Id of the VIP.' }),
  address: Type.String({ description: 'Of the VIP.' }),
  transport: Transport,
  reachable: nullable(Type.Boolean({ description: 'Null: no path through it was judged yet.' })),
  paths: Type.Object(
    {
      fine: Count,
      dead: Count,
      'wrong-node': Count,
      unproven: Count,
      unknown: Count,
    },
    { description: 'Paths through this address, by verdict.' },
  ),
});

export const Health = Type.Object({
  at: Time('Now'),
  revision: Type.String(),
  probing: words(['active', 'passive', 'off'], {
    description:
      'active: probes are sent. passive: only what nodes say of themselves counts. off: nothing does.',
  }),
  panic: Type.Object(
    {
      on: Type.Boolean(),
      threshold: nullable(Type.Number({ description: 'Share of nodes, 0–1; null: never.' })),
      silent: Count,
      answering: Count,
    },
    { description: 'While on, most nodes fell silent at once: that is taken for the network, not for them.' },
  ),
  nodes: list(Type.Object(node)),
  vips: list(VipHealth),
});

export const NodeProbe = Type.Object({
  node: Type.String(),
  at: Time('When the probes ended'),
  results: list(
    Type.Object({
      id: Type.String(),
      check: words(CHECK_TYPES),
      target: nullable(Type.String({ examples: ['127.0.0.1:40000/udp'] })),
      outcome: Outcome,
      took: Type.Number({ description: 'Milliseconds until it was known, also where nothing came back.' }),
      verdict: Type.Optional(Verdict),
      hint: Type.Optional(Type.String({ description: 'What to look at, where something is wrong.' })),
    }),
    { description: 'In the order of the checks.' },
  ),
});
