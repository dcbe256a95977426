/**
 * Runs the real terraform in a folder of its own, cut off from everything else on the machine: no registry, no
 * plugins or settings of the user's, no telemetry.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { stripVTControlCharacters as plain } from 'node:util';

/** Why tests that need terraform are skipped, or false where it is there. */
export const NO_TERRAFORM: string | false =
  spawnSync('terraform', ['version'], { stdio: 'ignore', env: isolated('/') }).status === 0
    ? false
    : 'needs terraform on PATH';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerraformOptions {
  /** By path below the folder, such as `main.tf`. */
  readonly files?: Readonly<Record<string, string>>;
  /**
   * Where providers are looked for, by their source address (`registry.terraform.io/roomlb/roomlb`): the folder
   * that holds the executable. Then `init` needs no mirror.
   */
  readonly devOverrides?: Readonly<Record<string, string>>;
  /** A folder of providers in the layout of a filesystem mirror. */
  readonly mirror?: string;
  /** Such as TF_REATTACH_PROVIDERS. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Terraform {
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): void;
  /** Fails the test, with all that terraform said, unless it succeeds. @returns stdout */
  run(...args: string[]): Promise<string>;
  /** For what may fail. */
  attempt(...args: string[]): Promise<Outcome>;
  /** Started in a process group of its own, so that a test can send it what Ctrl-C sends. */
  start(...args: string[]): ChildProcess;
  /** What `plan` would do, by resource address: its actions. @returns an empty object for no change */
  plan(...args: string[]): Promise<Record<string, string>>;
  /** The attributes of each resource in the state, by address. */
  state(): Promise<Record<string, Record<string, unknown>>>;
  /** What `validate` finds, each with the text that terraform points to. */
  validate(): Promise<FoundDiagnostic[]>;
}

export interface FoundDiagnostic {
  readonly severity: string;
  readonly summary: string;
  readonly detail: string;
  /** The piece of configuration it points to; empty where it points nowhere. */
  readonly at: string;
}

/** A folder that lasts as long as the test, or whatever else says when it is over. */
export function terraformIn(t: Pick<TestContext, 'after'>, options: TerraformOptions = {}): Terraform {
  const folder = mkdtempSync(join(tmpdir(), 'roomlb-terraform-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = (all: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  files({ 'cli.tfrc': cliConfig(folder, options), ...options.files });
  const env = { ...isolated(folder), ...options.env };

  const attempt = (...args: string[]) =>
    new Promise<Outcome>((resolve) => {
      const child = execFile(
        'terraform',
        args,
        { cwd: folder, env, maxBuffer: 1 << 28 },
        (_, stdout, stderr) =>
          // Not every command takes -no-color.
          resolve({ code: child.exitCode, stdout: plain(stdout), stderr: plain(stderr) }),
      );
    });
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await attempt(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')}: ended with ${code}\n${stderr}${stdout}`);
    return stdout;
  };
  return {
    folder,
    write: files,
    run,
    attempt,
    start: (...args) =>
      spawn('terraform', args, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    plan: async (...args) => {
      await run('plan', '-input=false', '-out=plan.bin', ...args);
      const { resource_changes = [] } = JSON.parse(await run('show', '-json', 'plan.bin')) as ShownPlan;
      return Object.fromEntries(
        resource_changes
          .map(({ address, change }) => [address, change.actions.join(', ')] as const)
          .filter(([, actions]) => actions !== 'no-op'),
      );
    },
    state: async () => {
      const { values } = JSON.parse(await run('show', '-json')) as ShownState;
      return Object.fromEntries(
        (values?.root_module.resources ?? []).map((one) => [one.address, one.values] as const),
      );
    },
    validate: async () => {
      const { stdout, stderr } = await attempt('validate', '-json');
      if (stdout === '') throw new Error(`terraform validate: ${stderr}`);
      return (JSON.parse(stdout) as ShownValidation).diagnostics.map((one) => ({
        severity: one.severity,
        summary: one.summary,
        detail: one.detail ?? '',
        at: one.snippet?.code.trim() ?? '',
      }));
    },
  };
}

interface ShownPlan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly change: { readonly actions: readonly string[] };
  }[];
}

interface ShownState {
  readonly values?: {
    readonly root_module: {
      readonly resources?: readonly { readonly address: string; readonly values: Record<string, unknown> }[];
    };
  };
}

interface ShownValidation {
  readonly diagnostics: readonly {
    readonly severity: string;
    readonly summary: string;
    readonly detail?: string;
    readonly snippet?: { readonly code: string };
  }[];
}

/** Nothing of the user's but where programs are. */
function isolated(folder: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TMPDIR: tmpdir(),
    TF_CLI_CONFIG_FILE: join(folder, 'cli.tfrc'),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    TF_CLI_ARGS: '',
  };
}

/** Without a `direct` method terraform never asks a registry. */
function cliConfig(folder: string, { devOverrides = {}, mirror }: TerraformOptions): string {
  const overrides = Object.entries(devOverrides)
    .map(([address, path]) => `    ${JSON.stringify(address)} = ${JSON.stringify(path)}\n`)
    .join('');
  return [
    'disable_checkpoint = true\n',
    'provider_installation {\n',
    ...(overrides === '' ? [] : ['  dev_overrides {\n', overrides, '  }\n']),
    `  filesystem_mirror {\n    path = ${JSON.stringify(mirror ?? join(folder, 'mirror'))}\n  }\n`,
    '}\n',
  ].join('');
}
