/** IPVS of one network namespace, by ipvsadm(8) and sysctl(8). */
import { DriverError } from '../../driver.ts';
import {
  COMMAND_TIMEOUT_MS,
  runCommand,
  whatWasSaid,
  type CommandOptions,
  type CommandResult,
} from '../../driving/command.ts';
import { parseTable, type KernelService } from './parse.ts';
import { parseSysctls, parseTimeouts, setTimeouts } from './settings.ts';

/** Some 60 bytes a line: enough for the ports of 10,000 nodes. */
const MAX_LISTING = 256 * 1024 * 1024;

/** Milliseconds that each rule may take, a thousand times what it does on a real machine, beside those of any command. */
const PER_RULE_MS = 10;

/** What ipvsadm says of a command whose work is done already, or not to be done that way any more. */
const SETTLED = /^(Service already exists|Destination already exists|No such (service|destination))$/;

type Settings = Readonly<Record<string, string>>;

export class Ipvsadm {
  constructor(
    private readonly program: string,
    private readonly namespace: string | null,
  ) {}

  /** What it prints. @throws DriverError `unreachable` */
  async list(...args: string[]): Promise<string> {
    return (await this.run(this.program, args, 'unreachable')).stdout;
  }

  async isThere(): Promise<boolean> {
    return (await runCommand(this.program, ['-Sn'], { namespace: this.namespace })).code === 0;
  }

  async table(): Promise<KernelService[]> {
    const table = parseTable(await this.list('-Sn'));
    if (!('unreadable' in table)) return table;
    throw new DriverError(
      'unreachable',
      `${this.program} -Sn says what RoomLB cannot read: ${table.unreadable}`,
    );
  }

  /** By the names of settings.ts. */
  async timeouts(): Promise<Settings> {
    const timeouts = parseTimeouts(await this.list('-L', '--timeout'));
    if (timeouts) return timeouts;
    throw new DriverError('unreachable', `${this.program} -L --timeout says nothing that is known`);
  }

  async sysctls(names: readonly string[]): Promise<Settings> {
    if (names.length === 0) return {};
    return parseSysctls((await this.run('sysctl', names, 'unreachable')).stdout);
  }

  async setTimeouts(settings: Settings): Promise<void> {
    const args = setTimeouts(settings);
    if (args) await this.run(this.program, args, 'failed');
  }

  /** Where they are not so already: in some containers they cannot be written. */
  async setSysctls(settings: Settings): Promise<void> {
    const there = await this.sysctls(Object.keys(settings));
    for (const [name, value] of Object.entries(settings)) {
      if (there[name] !== value) await this.run('sysctl', ['-qw', `${name}=${value}`], 'failed');
    }
  }

  /**
   * Commands of ipvsadm, a line each: by `-R`, which goes on after what it could not do, and ends as its last
   * command does.
   */
  async change(lines: readonly string[]): Promise<void> {
    const input = `${lines.join('\n')}\n`;
    const timeout = COMMAND_TIMEOUT_MS + lines.length * PER_RULE_MS;
    const result = await this.command(this.program, ['-R'], { input, timeout });
    const said = result.stderr.split('\n').filter((line) => line !== '');
    const unsettled = new Set(said.filter((line) => !SETTLED.test(line.trim())));
    if (unsettled.size === 0 && (result.code === 0 || said.length > 0)) return;
    const why = unsettled.size > 0 ? [...unsettled].join('; ') : whatWasSaid(result);
    throw new DriverError('failed', `${this.program} -R: ${why}`);
  }

  private async run(
    program: string,
    args: readonly string[],
    kind: DriverError['kind'],
  ): Promise<CommandResult> {
    const result = await this.command(program, args);
    if (result.code === 0) return result;
    throw new DriverError(kind, `${program} ${args.join(' ')}: ${whatWasSaid(result)}`);
  }

  private command(
    program: string,
    args: readonly string[],
    more: Pick<CommandOptions, 'input' | 'timeout'> = {},
  ): Promise<CommandResult> {
    return runCommand(program, args, { namespace: this.namespace, maxOutput: MAX_LISTING, ...more });
  }
}
