/**
 * What is remembered of one balancer between runs: states that were verified, what was done, and whether an apply
 * is under way. A few files in a folder of its own; losing them loses no more than the way back.
 */
import { createHash } from 'node:crypto';
import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { replaceFile } from '../files/replace-file.ts';
import type { PlanCounts } from './summary.ts';

/** A state of the engine that was applied and found to hold; the state itself is in a file of its own. */
export interface GoodState {
  /** Of the intent that wanted it. */
  readonly revision: string;
  /** ISO 8601. */
  readonly at: string;
  /** See `stateHash`. */
  readonly hash: string;
}

export interface Underway {
  readonly revision: string;
  readonly plan: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface HistoryEntry {
  /** ISO 8601, of the beginning. */
  readonly at: string;
  /** Milliseconds. */
  readonly took: number;
  /** `repair`: nothing else was wanted, but the engine was not as it should. */
  readonly what: 'apply' | 'repair' | 'rollback';
  readonly result: 'applied' | 'refused' | 'rolled-back' | 'failed' | 'interrupted';
  readonly revision: string;
  readonly plan: string | null;
  readonly counts: PlanCounts | null;
  /** Where it was not applied: why. */
  readonly why: string | null;
}

export interface Remembered {
  /** Newest first. */
  readonly good: readonly GoodState[];
  readonly underway: Underway | null;
  /** A revision that somebody went back from; it is not applied again by itself. */
  readonly held: string | null;
  /** When each draining node began to, as far as was seen: ISO 8601 by node. */
  readonly drainingSince: Readonly<Record<string, string>>;
}

const NOTHING: Remembered = { good: [], underway: null, held: null, drainingSince: {} };
/** How many states one can go back to. */
const MOST_GOOD = 10;
const MOST_ENTRIES = 200;
const STATE_FILE = 'state.json';
const UNDERWAY_FILE = 'underway.json';
const HISTORY_FILE = 'history.json';
const FENCE_FILE = 'fence.json';
const VERSION = 1;

export class Memory {
  /** @param stateVersion of the driver's states: older ones are passed over */
  constructor(
    readonly folder: string,
    private readonly target: string,
    private readonly stateVersion: number,
  ) {}

  async recall(): Promise<Remembered> {
    const kept = await this.read(STATE_FILE);
    const underway = ((await this.read(UNDERWAY_FILE)) as Underway | undefined) ?? null;
    if (kept?.version !== VERSION || kept.target !== this.target || kept.stateVersion !== this.stateVersion) {
      return { ...NOTHING, underway };
    }
    return { ...(kept.remembered as Omit<Remembered, 'underway'>), underway };
  }

  /**
   * An apply begins. Not made to last as all else is, because clients of a node that has died wait meanwhile: it
   * outlives the process, and after a loss of power nobody needs to be told that the engine was interrupted, too.
   */
  async begin(underway: Underway): Promise<void> {
    await this.makeFolder();
    await writeFile(join(this.folder, UNDERWAY_FILE), `${JSON.stringify(underway)}\n`, { mode: 0o600 });
  }

  /** It is over, however it ended. */
  async end(): Promise<void> {
    await rm(join(this.folder, UNDERWAY_FILE), { force: true });
  }

  async remember(changes: Partial<Omit<Remembered, 'underway'>>): Promise<void> {
    const { good, held, drainingSince } = await this.recall();
    const remembered = { good, held, drainingSince, ...changes };
    const { target, stateVersion } = this;
    await this.write(STATE_FILE, { version: VERSION, target, stateVersion, remembered });
  }

  /** Whether nobody with a higher token has been here; see `Fence`. The token is kept in mind. */
  async pass(token: number): Promise<boolean> {
    const highest = Number((await this.read(FENCE_FILE))?.token ?? 0);
    if (token > highest) await this.write(FENCE_FILE, { token });
    return token >= highest;
  }

  /** Undefined where it was lost. */
  async stateOf({ hash }: GoodState): Promise<unknown> {
    const kept = await this.read(goodFile(hash));
    return kept && stateHash(kept.state) === hash ? kept.state : undefined;
  }

  /** The newest good state from now on; the older ones stay, up to a number of them. */
  async addGood(revision: string, at: Date, state: unknown): Promise<void> {
    const hash = stateHash(state);
    const { good } = await this.recall();
    await this.write(goodFile(hash), { state });
    const older = good.filter((other) => other.hash !== hash);
    await this.keepGood([{ revision, at: at.toISOString(), hash }, ...older].slice(0, MOST_GOOD));
  }

  /** The newest good state from now on, and the ones that came after it are forgotten. */
  async goBackTo({ hash }: GoodState): Promise<void> {
    const { good } = await this.recall();
    await this.keepGood(good.slice(good.findIndex((other) => other.hash === hash)));
  }

  /** Newest first. */
  async history(): Promise<readonly HistoryEntry[]> {
    const kept = await this.read(HISTORY_FILE);
    return kept?.version === VERSION ? (kept.entries as HistoryEntry[]) : [];
  }

  async log(entry: HistoryEntry): Promise<void> {
    const entries = [entry, ...(await this.history())].slice(0, MOST_ENTRIES);
    await this.write(HISTORY_FILE, { version: VERSION, entries });
  }

  private async keepGood(good: readonly GoodState[]): Promise<void> {
    await this.remember({ good });
    const kept = new Set(good.map(({ hash }) => goodFile(hash)));
    for (const name of await readdir(this.folder)) {
      if (/^good-[0-9a-f]+\.json$/.test(name) && !kept.has(name))
        await rm(join(this.folder, name), { force: true });
    }
  }

  /** A file that is not there, or that is none of RoomLB's, remembers nothing. */
  private async read(name: string): Promise<Record<string, unknown> | undefined> {
    try {
      const kept: unknown = JSON.parse(await readFile(join(this.folder, name), 'utf8'));
      return typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
        return undefined;
      throw error;
    }
  }

  /** Open to nobody else, as its files are: configurations may name what is no business of others. */
  private async makeFolder(): Promise<void> {
    if ((await makeFolder(this.folder, 0o700)) !== undefined) await chmod(this.folder, 0o700);
  }

  private async write(name: string, content: unknown): Promise<void> {
    await this.makeFolder();
    await replaceFile(join(this.folder, name), `${JSON.stringify(content)}\n`, { mode: 0o600 });
  }
}

/** 16 hex digits of a state's JSON. */
export function stateHash(state: unknown): string {
  return createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 16);
}

function goodFile(hash: string): string {
  return `good-${hash}.json`;
}
