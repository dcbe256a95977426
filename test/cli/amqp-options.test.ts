/** What serve is told about RabbitMQ: from where the address comes, and what is refused without repeating it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { amqpLinkOf } from '../../src/cli/amqp-options.ts';
import { CliError } from '../../src/cli/exit.ts';
import { withDirectory } from '../store/stores.ts';
import { roomlb } from './roomlb.ts';

const exchange = { amqpExchange: 'roomlb.events' };
const withEnv = (url?: string) => (url === undefined ? {} : { ROOMLB_AMQP_URL: url });

test('the address of RabbitMQ is that of the file, or of the environment', () =>
  withDirectory(async (folder) => {
    const amqpUrlFile = join(folder, 'url');
    await writeFile(amqpUrlFile, 'amqp://u:sesame@file\n');
    const host = async (options: { amqpUrlFile?: string }, url?: string) =>
      (await amqpLinkOf({ ...exchange, ...options }, withEnv(url)))?.address.host;
    assert.equal(await host({}), undefined);
    assert.equal(await host({}, ''), undefined);
    assert.equal(await host({}, 'amqp://u:sesame@environment'), 'environment');
    assert.equal(await host({ amqpUrlFile }, 'amqp://u:sesame@environment'), 'file');
  }));

test('what is wrong with the options is said without the address', () =>
  withDirectory(async (folder) => {
    const empty = join(folder, 'empty');
    await writeFile(empty, '\n');
    const refused: readonly [Partial<Parameters<typeof amqpLinkOf>[0]>, string | undefined, RegExp][] = [
      [{}, 'amqp://sesame', /^ROOMLB_AMQP_URL: needs a user and a password; write amqp:/],
      [{ amqpUrlFile: empty }, undefined, /^--amqp-url-file .*first line/],
      [{ amqpUrlFile: join(folder, 'none') }, undefined, /^--amqp-url-file .*ENOENT/],
      [{ amqpCa: empty }, undefined, /need ROOMLB_AMQP_URL or --amqp-url-file/],
      [{ amqpExchange: 'other' }, undefined, /need ROOMLB_AMQP_URL or --amqp-url-file/],
      [{ amqpCa: empty }, 'amqp://u:sesame@mq', /^--amqp-ca is for amqps:/],
      [{ amqpCa: empty }, 'amqps://u:sesame@mq', /^--amqp-ca .*no certificate in PEM/],
    ];
    for (const [options, url, why] of refused) {
      await assert.rejects(amqpLinkOf({ ...exchange, ...options }, withEnv(url)), (error) => {
        assert.ok(error instanceof CliError);
        assert.match(error.message, why);
        return error.code === 2 && !error.message.includes('sesame');
      });
    }
    const { code, err } = await roomlb('serve', '--amqp-exchange', 'amq.topic');
    assert.equal(code, 2);
    assert.match(err, /not beginning with amq\./);
  }));
