/** Live balancers: how they stand, what would be done to them, what was, and to have it done. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import { LeaseError } from '../../reconcile/fence.ts';
import { LockError } from '../../reconcile/lock.ts';
import type { Outcome } from '../../reconcile/reconciler.ts';
import { planReport } from '../../reconcile/report.ts';
import type { Loads } from '../../reconcile/summary.ts';
import type { BalancerBoard, Found } from '../../service/balancer-board.ts';
import type { Balancer } from '../../targets/balancer.ts';
import { DriverError } from '../../targets/driver.ts';
import * as balancers from '../balancer-schemas.ts';
import { Problem } from '../problem.ts';
import { problems } from '../responses.ts';
import { list, nullable } from '../schemas.ts';

const tags = ['balancers'];
/** Bytes: a report has bounded lists of bounded texts. */
const REPORT_LIMIT = 4 * 1024 * 1024;

const Params = Type.Object({
  target: Type.String({
    maxLength: 63,
    description: 'Id of a balancer, or the name of its target where there is but one of it.',
  }),
});
const UNKNOWN = 'The topology declares no such balancer, or more than one of that target.';
const SILENT = 'Neither this dispatcher nor an agent drives it.';
const UNREACHABLE = 'The engine cannot be reached, or somebody else is changing it.';

export interface BalancerRouteOptions {
  readonly dispatcher: Dispatcher;
  readonly board: BalancerBoard;
}

export const balancerRoutes: FastifyPluginAsyncTypebox<BalancerRouteOptions> = (
  app,
  { dispatcher, board },
) => {
  const declared = () => dispatcher.declared.balancers;
  const loads = () => dispatcher.claims.loads();
  const driven = (name: string): Exclude<Found, { found: 'silent' }> => {
    const balancer = one(declared(), name);
    const found = board.find(balancer);
    if (found.found !== 'silent') return found;
    throw new Problem(
      409,
      'not-driven',
      `${balancer.id}: neither this dispatcher nor an agent (roomlb sync) drives it`,
    );
  };

  app.get(
    '/v1/targets/:target/status',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'How a balancer stands, or all balancers of a target',
        params: Params,
        response: { 200: balancers.Status, ...problems({ 404: UNKNOWN }) },
      },
    },
    (request) => {
      const { target } = request.params;
      const some = declared().filter((balancer) => balancer.id === target || balancer.target === target);
      if (some.length === 0) throw unknown(declared(), target);
      return { balancers: some.map((balancer) => board.status(balancer)) };
    },
  );

  app.get(
    '/v1/targets/:target/plan',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'What apply would do to a balancer; changes nothing',
        description:
          'Looked at now where this dispatcher drives it, else as its agent last reported; null: nothing.',
        params: Params,
        response: {
          200: Type.Object({ plan: nullable(balancers.PlanReport) }),
          ...problems({ 404: UNKNOWN, 409: SILENT, 503: UNREACHABLE }),
        },
      },
    },
    async (request) => {
      const found = driven(request.params.target);
      return { plan: await reaching(() => board.plan(found, dispatcher.snapshot.intent, loads())) };
    },
  );

  app.get(
    '/v1/targets/:target/history',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'What was done to a balancer, newest first',
        params: Params,
        response: {
          200: Type.Object({ entries: list(balancers.HistoryEntry) }),
          ...problems({ 404: UNKNOWN, 409: SILENT }),
        },
      },
    },
    async (request) => ({ entries: await board.history(driven(request.params.target)) }),
  );

  app.post(
    '/v1/targets/:target/apply',
    {
      config: { scope: 'engines:apply' },
      schema: {
        tags,
        summary: 'Bring a balancer to what is wanted of it',
        description:
          'Where this dispatcher drives it, it is done and read back before the answer. An agent is asked, and ' +
          'does it with the guards that its balancer declares.',
        params: Params,
        body: Type.Union([balancers.ApplyBody, Type.Null()]),
        response: {
          200: balancers.Applied,
          202: balancers.Asked,
          ...problems({
            404: UNKNOWN,
            409: `${SILENT} Or refused, with nothing changed.`,
            422: 'Options that an agent cannot be given.',
            500: 'It failed, and was rolled back where that could be.',
            503: UNREACHABLE,
          }),
        },
      },
    },
    async (request, reply) => {
      const found = driven(request.params.target);
      const options = request.body ?? {};
      if (found.found === 'agent') {
        const { balancer } = found.report;
        if (Object.keys(options).length > 0) {
          throw new Problem(
            422,
            'not-for-agents',
            `${balancer} is driven by an agent, which is only asked; use roomlb apply there`,
          );
        }
        board.request(balancer);
        request.change = { before: null, after: { balancer, result: 'asked' } };
        return reply.code(202).send({ balancer, result: 'asked' as const });
      }
      const { local } = found;
      const outcome = await reaching(() =>
        board.apply(local, dispatcher.snapshot.intent, { ...options, plan: options.plan ?? null }),
      );
      const { id: balancer } = local.balancer;
      if (outcome.result !== 'unchanged')
        request.change = { before: null, after: { balancer, result: outcome.result } };
      return answer(balancer, outcome, loads());
    },
  );

  app.put(
    '/v1/targets/:target/report',
    {
      config: { scope: 'engines:apply' },
      bodyLimit: REPORT_LIMIT,
      schema: {
        tags,
        summary: 'An agent tells how its balancer stands',
        params: Params,
        body: balancers.Report,
        response: {
          200: balancers.ReportAnswer,
          ...problems({ 404: UNKNOWN, 422: 'It is about another balancer.' }),
        },
      },
    },
    (request) => {
      const { id, target } = one(declared(), request.params.target);
      const { body } = request;
      if (body.balancer !== id || body.target !== target) {
        throw new Problem(
          422,
          'other-balancer',
          `the report is about ${body.target} ${body.balancer}, not ${target} ${id}`,
        );
      }
      return { apply: board.report(body) };
    },
  );
  return Promise.resolve();
};

function answer(balancer: string, outcome: Outcome, loads: Loads) {
  const plan = planReport(outcome.preview, loads);
  switch (outcome.result) {
    case 'unchanged':
    case 'applied':
      return { balancer, result: outcome.result, plan };
    case 'refused':
      throw new Problem(409, 'refused', `${balancer}: refused, nothing was changed: ${outcome.why}`, {
        plan,
      });
    case 'rolled-back':
      throw new Problem(500, 'rolled-back', `${balancer}: failed, and rolled back: ${outcome.why}`, { plan });
    case 'failed':
      throw new Problem(500, 'failed', `${balancer}: failed, and could not be rolled back: ${outcome.why}`, {
        plan,
      });
  }
}

function one(declared: readonly Balancer[], name: string): Balancer {
  const byId = declared.find(({ id }) => id === name);
  const [only, ...more] = declared.filter(({ target }) => target === name);
  const balancer = byId ?? (more.length === 0 ? only : undefined);
  if (balancer) return balancer;
  throw unknown(declared, name);
}

function unknown(declared: readonly Balancer[], name: string): Problem {
  const all = declared.map(({ id, target }) => `${id} (${target})`).join(', ');
  const there = all === '' ? 'the topology declares none' : `there are ${all}`;
  return new Problem(404, 'no-such-balancer', `${JSON.stringify(name)} is no one balancer; ${there}`);
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LeaseError)
      throw new Problem(409, 'standby', `${error.message}; ask the replica that does`);
    if (!(error instanceof DriverError) && !(error instanceof LockError)) throw error;
    throw new Problem(503, 'engine-unreachable', error.message);
  }
}
