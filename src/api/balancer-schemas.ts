/** The shapes of what is told of live balancers. */
import Type from 'typebox';
import { list, NodeId, nullable, words } from './schemas.ts';

const Text = Type.String({ maxLength: 10_000 });
const Id = Type.String({ maxLength: 63 });
const Revision = Type.String({ maxLength: 64 });
const count = (description: string) => Type.Integer({ minimum: 0, description });
export const Counts = Type.Object(
  {
    added: count('What is new.'),
    changed: count('What becomes another.'),
    removed: count('What goes.'),
    steps: count('Steps that it takes.'),
  },
  { description: 'How much there is of it.' },
);

const Change = Type.Object({
  key: Type.String({ maxLength: 10_000, description: 'Which part of the configuration it is.' }),
  kind: words(['add', 'change', 'remove'], { description: 'What becomes of it.' }),
  before: list(Text, { maxItems: 1000, description: 'Lines of the old text.' }),
  after: list(Text, { maxItems: 1000, description: 'Lines of the new text.' }),
  node: nullable(
    Type.String({
      maxLength: 63,
      description: 'Id of the node that it is about; null where it is about none.',
    }),
  ),
  disrupts: nullable(
    Type.Object(
      {
        what: Type.String({ maxLength: 10_000, description: 'In words.' }),
        connections: nullable(
          count('Connections or flows that there are now; null where the engine does not say.'),
        ),
      },
      { description: 'What clients notice of it.' },
    ),
  ),
});

export const PlanReport = Type.Object({
  id: Type.String({ maxLength: 64, description: 'Send it with apply, to have just this plan executed.' }),
  revision: Type.String({ maxLength: 64, description: 'Of the intent that the engine gets.' }),
  counts: Counts,
  changes: list(Change, { maxItems: 1000, description: 'What differs, the first 200.' }),
  more: Type.Integer({ minimum: 0, description: 'Changes that are left out for their number.' }),
  steps: list(Text, { maxItems: 1000, description: 'What is done about it, in this order: the first 200.' }),
  nodes: list(Id, { maxItems: 100_000, description: 'Ids of the nodes that it is about.' }),
  rooms: nullable(
    list(Type.Object({ node: NodeId, rooms: count('Claimed ones that it has.') }), {
      maxItems: 100_000,
      description: 'Of these nodes, those with claimed rooms; null where it is not known which have any.',
    }),
  ),
  disruptions: list(Text, { maxItems: 1000, description: 'What clients notice of it, the first 40.' }),
  notes: list(Text, { maxItems: 1000, description: 'What else has to be known.' }),
  refusals: list(
    Type.Object({
      guard: words(['max-removed', 'empty-pool', 'foreign-owner', 'stale-plan'], {
        description: 'Which rule refuses it.',
      }),
      message: Type.String({ maxLength: 10_000, description: 'Why, in words.' }),
      hint: Type.String({ maxLength: 10_000, description: 'What helps.' }),
    }),
    { maxItems: 10_000, description: 'Why apply would refuse it.' },
  ),
  drift: Type.Boolean({ description: 'Somebody else changed what had been applied.' }),
});

export const HistoryEntry = Type.Object({
  at: Text,
  took: Type.Number({ description: 'Milliseconds.' }),
  what: words(['apply', 'repair', 'rollback']),
  result: words(['applied', 'refused', 'rolled-back', 'failed', 'interrupted']),
  revision: Revision,
  plan: nullable(Revision),
  counts: nullable(Counts),
  why: nullable(Text),
});

export const StandingWord = words(
  ['in-sync', 'drift', 'refused', 'rolled-back', 'failed', 'error', 'stopped', 'standby', 'starting'],
  {
    description:
      'drift: changed by somebody else, and left so by policy. stopped: the engine does not run. ' +
      'standby: another replica of the dispatcher changes it.',
  },
);

const standing = {
  balancer: Id,
  target: Id,
  where: Text,
  standing: StandingWord,
  wanted: nullable(Revision),
  applied: nullable(Revision),
  at: Text,
  why: nullable(Text),
};

export const Report = Type.Object(
  { ...standing, plan: nullable(PlanReport), history: list(HistoryEntry, { maxItems: 100 }) },
  { additionalProperties: false },
);

export const ReportAnswer = Type.Object({
  apply: Type.Boolean({ description: 'Somebody asked to have it applied.' }),
});

/** Plan and history have answers of their own. */
export const Status = Type.Object({
  balancers: list(
    Type.Object({
      ...standing,
      source: words(['local', 'agent', 'nobody'], { description: 'Who says so.' }),
      age: nullable(Type.Integer({ description: 'Seconds since it was said.' })),
    }),
  ),
});

export const ApplyBody = Type.Object(
  {
    plan: Type.Optional(Type.String({ maxLength: 64, description: 'Only if the plan is still this one.' })),
    maxRemoved: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: "Share of a pool's members that may go at once." }),
    ),
    allowEmpty: Type.Optional(
      Type.Boolean({ description: 'A pool may be left with nobody who takes new connections.' }),
    ),
    adopt: Type.Optional(Type.Boolean({ description: "Overwrite what is there and is not RoomLB's." })),
  },
  { additionalProperties: false },
);

export const Applied = Type.Object({
  balancer: Id,
  result: words(['unchanged', 'applied']),
  plan: PlanReport,
});

export const Asked = Type.Object({
  balancer: Id,
  result: words(['asked'], { description: 'Its agent hears of it with its next report.' }),
});
