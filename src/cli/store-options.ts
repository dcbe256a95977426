/** Options of commands that use a store. */
import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { StoreSpecError } from '../store/open.ts';
import type { RedisTls } from '../store/redis/client.ts';
import { DEFAULTS, type RedisOptions } from '../store/redis/redis.ts';
import { formatMs } from '../topology/read-milliseconds.ts';
import { durationBetween, numberBetween } from './duration.ts';
import { CliError, EXIT } from './exit.ts';
import { readSecret } from './secret.ts';
import { badFile } from './system-error.ts';

export interface StoreOptions {
  readonly store: string;
  readonly storePasswordFile?: string;
  readonly storeCa?: string;
  readonly storeCertificate?: string;
  readonly storeKey?: string;
  readonly storePrefix: string;
  readonly storeClaimTtl: number;
  readonly storeMaxClaims: number;
  readonly storeTimeLimit: number;
}

const HOUR = 3_600_000;

export function addStoreOptions(command: Command): Command {
  return command
    .option(
      '-s, --store <store>',
      'where claims live: memory; file:PATH to survive a crash; redis://HOST:PORT/DB to be shared by several ' +
        'dispatchers (rediss:// with TLS, redis-sentinel://HOST:PORT,…/MASTER, redis-cluster://HOST:PORT,…)',
      'memory',
    )
    .option('--store-password-file <file>', 'password of redis, instead of ROOMLB_REDIS_PASSWORD')
    .option('--store-ca <file>', 'PEM of the authorities that redis’ certificate may be of, with TLS')
    .option('--store-certificate <file>', 'PEM of a certificate to show to redis; goes with --store-key')
    .option('--store-key <file>', 'PEM of its private key')
    .option('--store-prefix <prefix>', 'first part of the names of keys in redis', DEFAULTS.prefix)
    .addOption(
      new Option(
        '--store-claim-ttl <duration>',
        'redis: how long a claim lasts that no node reports as live and nobody asks for',
      )
        // Those of live rooms are renewed every 5 minutes.
        .argParser(durationBetween(HOUR / 4, 30 * 24 * HOUR))
        .default(DEFAULTS.claimTtl, formatMs(DEFAULTS.claimTtl)),
    )
    .addOption(
      new Option('--store-max-claims <number>', 'redis: most claims that there may be')
        .argParser(numberBetween(1, 5_000_000))
        .default(DEFAULTS.maxClaims),
    )
    .addOption(
      new Option(
        '--store-time-limit <duration>',
        'redis: how long an answer may take before the last view answers',
      )
        .argParser(durationBetween(20, 10_000))
        .default(DEFAULTS.timeLimit, formatMs(DEFAULTS.timeLimit)),
    );
}

/**
 * Opens what `--store` names, by the given function; what is wrong with it becomes a CliError.
 *
 * @param cluster of the topology: clusters share nothing in one Redis
 */
export async function openedFor<T>(
  options: StoreOptions,
  cluster: string,
  opening: (spec: string, redis: RedisOptions) => Promise<T>,
): Promise<T> {
  const { store: spec } = options;
  const redis = await redisOptions(options);
  try {
    return await opening(spec, { ...redis, cluster });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const code = cause instanceof StoreSpecError ? EXIT.badInput : EXIT.unreachable;
    // A specification that was refused may have a password in it.
    const shown = cause instanceof StoreSpecError ? '' : ` ${spec}`;
    throw new CliError(code, `--store${shown}: ${why}`, { cause });
  }
}

/** What a store outside the process needs, with the files that options name. @throws CliError for bad input */
async function redisOptions(options: StoreOptions): Promise<Omit<RedisOptions, 'cluster'>> {
  const { storePasswordFile, storePrefix, storeClaimTtl, storeMaxClaims, storeTimeLimit } = options;
  const { ROOMLB_REDIS_PASSWORD, ROOMLB_REDIS_SENTINEL_PASSWORD } = process.env;
  return {
    password:
      storePasswordFile === undefined
        ? ROOMLB_REDIS_PASSWORD
        : await readSecret('--store-password-file', storePasswordFile),
    sentinelPassword: ROOMLB_REDIS_SENTINEL_PASSWORD,
    tls: await readTls(options),
    prefix: storePrefix,
    claimTtl: storeClaimTtl,
    maxClaims: storeMaxClaims,
    timeLimit: storeTimeLimit,
  };
}

async function readTls({ storeCa, storeCertificate, storeKey }: StoreOptions): Promise<RedisTls> {
  if ((storeCertificate === undefined) !== (storeKey === undefined)) {
    throw new CliError(EXIT.badInput, '--store-certificate and --store-key go together');
  }
  return {
    ...(storeCa !== undefined && { ca: await read('--store-ca', storeCa) }),
    ...(storeCertificate !== undefined && {
      certificate: await read('--store-certificate', storeCertificate),
    }),
    ...(storeKey !== undefined && { key: await read('--store-key', storeKey) }),
  };
}

async function read(option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw badFile(`${option} ${file}`, error);
  }
}
