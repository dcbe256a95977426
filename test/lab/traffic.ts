/** Traffic that goes on while a lab is changed: numbered packets on many flows, every one of them accounted for. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { untilLine, type Lab } from './netns.ts';

export interface Flow {
  /** Unique while it is open. */
  readonly name: string;
  /** WebSockets are answered message by message, TCP line by line. */
  readonly kind: 'udp' | 'tcp' | 'ws';
  readonly address: string;
  readonly port: number;
  /** Of a WebSocket; default `/`. */
  readonly path?: string;
}

export interface FlowReport {
  readonly name: string;
  /** Packets, numbered from 1. */
  readonly sent: number;
  /** Numbers of those that were not answered. */
  readonly lost: readonly number[];
  /** Answers by node. */
  readonly by: Readonly<Record<string, number>>;
  /** What a UDP socket heard by ICMP, and how often. */
  readonly errors: Readonly<Record<string, number>>;
  /** Why a connection ended: `closed`, ECONNRESET; null while it goes on. */
  readonly ended: string | null;
}

export interface Traffic {
  /** Resolves when each of them has its first answer; they go on until `close`. */
  open(flows: readonly Flow[]): Promise<void>;
  /** How all of them are, by name: of what was sent until now, once its answers had their time. */
  report(): Promise<ReadonlyMap<string, FlowReport>>;
  /** Forgets all flows. */
  close(): Promise<void>;
}

export interface Pace {
  /** Milliseconds between two packets of a flow; default 20. */
  readonly every?: number;
  /** Milliseconds that an answer may take before its packet counts as lost; default 1000. */
  readonly patience?: number;
}

export async function startTraffic(lab: Lab, { every = 20, patience = 1000 }: Pace = {}): Promise<Traffic> {
  const script = path.join(import.meta.dirname, 'traffic.mjs');
  const child = lab.spawn(lab.client, process.execPath, [script, String(every), String(patience)]);
  child.stderr.pipe(process.stderr);
  await untilLine(child, /^ready /);
  const waiting = new Map<number, (reply: { answer?: unknown; error?: string }) => void>();
  createInterface(child.stdout).on('line', (line) => {
    const { id, ...reply } = JSON.parse(line) as { id: number; answer?: unknown; error?: string };
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  child.once('close', () => {
    for (const resolve of waiting.values()) resolve({ error: 'the process that sends ended' });
  });
  let ids = 0;
  const ask = async (what: string, more: object = {}): Promise<unknown> => {
    const id = ++ids;
    const replied = new Promise<{ answer?: unknown; error?: string }>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ id, do: what, ...more })}\n`);
    const { answer, error } = await replied;
    if (error !== undefined) throw new Error(error);
    return answer;
  };
  return {
    async open(flows) {
      await ask('open', { flows });
    },
    async report() {
      const reports = (await ask('report')) as FlowReport[];
      return new Map(reports.map((report) => [report.name, report]));
    },
    async close() {
      await ask('close');
    },
  };
}

/**
 * Does the work while traffic goes on, and says how each flow is afterwards. That packets were sent meanwhile is
 * seen to.
 */
export async function during(
  traffic: Traffic,
  work: () => Promise<unknown>,
): Promise<ReadonlyMap<string, FlowReport>> {
  const before = await traffic.report();
  await work();
  const after = await traffic.report();
  const idle = [...after].filter(
    ([name, { sent, ended }]) => ended === null && sent === before.get(name)?.sent,
  );
  assert.deepEqual(
    idle.map(([name]) => name),
    [],
    'nothing was sent meanwhile',
  );
  return after;
}

/** What a flow lacks of having gone on to one node without a loss: one line each, none where all is well. */
export function faults(reports: Iterable<FlowReport>, node: (name: string) => string): string[] {
  return [...reports].flatMap(({ name, sent, lost, by, ended }) => {
    const wanted = node(name);
    const others = Object.entries(by).filter(([who]) => who !== wanted);
    return [
      ...(lost.length > 0 ? [`${name}: ${lost.length} of ${sent} lost, the first is ${lost[0] ?? ''}`] : []),
      ...(ended === null ? [] : [`${name}: ended after ${sent}: ${ended}`]),
      ...others.map(([who, count]) => `${name}: ${count} answered by ${who}`),
    ];
  });
}
