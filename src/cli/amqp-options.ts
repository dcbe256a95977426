/** Options of serve about the broker that gets the events. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseAmqpAddress, type AmqpAddress } from '../amqp/address.ts';
import type { LinkOptions } from '../amqp/link.ts';
import { CliError, EXIT } from './exit.ts';
import type { Reloadable } from './reloading.ts';
import { readSecret } from './secret.ts';
import { readAuthorities } from './tls-files.ts';

export interface AmqpOptions {
  readonly amqpUrlFile?: string;
  readonly amqpCa?: string;
  readonly amqpExchange: string;
}

const EXCHANGE = 'roomlb.events';

export function addAmqpOptions(command: Command): Command {
  return command
    .option(
      '--amqp-url-file <file>',
      'bring events to RabbitMQ too: a file with amqp[s]://USER:PASSWORD@HOST[:PORT][/VHOST], instead of ROOMLB_AMQP_URL',
    )
    .option('--amqp-ca <file>', 'PEM of the authorities that its certificate may be of, with amqps://')
    .addOption(
      new Option('--amqp-exchange <name>', 'topic exchange for them; declared where it is not there')
        .argParser(exchangeName)
        .default(EXCHANGE),
    );
}

/** Names that begin with `amq.` are the broker's own (AMQP 0-9-1, exchange.declare); a name is 255 bytes at most. */
function exchangeName(text: string): string {
  if (/^(?!amq\.)[A-Za-z0-9_.:-]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'write 1 to 255 letters, digits and _ . : -, not beginning with amq., which is the broker’s own.',
  );
}

/**
 * Address and authorities are read again when their files change, and on SIGHUP.
 *
 * @param take told of what they say then
 */
export function amqpReloadables(
  options: AmqpOptions,
  take: (link: Omit<LinkOptions, 'name'>) => void,
): readonly Reloadable[] {
  const { amqpUrlFile, amqpCa } = options;
  const files = [amqpUrlFile, amqpCa].filter((file) => file !== undefined).filter((file) => file !== '-');
  if (files.length === 0) return [];
  const reload = async () => {
    const link = await amqpLinkOf(options);
    if (link) take(link);
  };
  return [{ what: `address of RabbitMQ ${files.join(', ')}`, files, reload }];
}

/** Undefined where nobody asks for it. @throws CliError for bad input, which never repeats the address */
export async function amqpLinkOf(
  { amqpUrlFile, amqpCa, amqpExchange }: AmqpOptions,
  { ROOMLB_AMQP_URL } = process.env,
): Promise<Omit<LinkOptions, 'name'> | undefined> {
  const option = amqpUrlFile === undefined ? 'ROOMLB_AMQP_URL' : `--amqp-url-file ${amqpUrlFile}`;
  const url = amqpUrlFile === undefined ? ROOMLB_AMQP_URL : await readSecret('--amqp-url-file', amqpUrlFile);
  const bad = (why: string, cause?: unknown) => new CliError(EXIT.badInput, why, { cause });
  if (url === undefined || url === '') {
    if (amqpCa === undefined && amqpExchange === EXCHANGE) return undefined;
    throw bad('--amqp-ca and --amqp-exchange need ROOMLB_AMQP_URL or --amqp-url-file');
  }
  let address: AmqpAddress;
  try {
    address = parseAmqpAddress(url);
  } catch (cause) {
    throw bad(`${option}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (amqpCa !== undefined && !address.tls) throw bad(`--amqp-ca is for amqps://, and ${option} has amqp://`);
  const ca = amqpCa === undefined ? undefined : await readAuthorities('--amqp-ca', amqpCa);
  return { address, ca, exchange: amqpExchange };
}
