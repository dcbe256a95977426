/**
 * The toy as a program of its own. Its other side is a folder, TOY_THINGS, with a file for each thing, which takes
 * TOY_DELAY_MS to be made.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../../src/terraform-provider/plugin/serve.ts';
import type { ObjectValue } from '../../../src/terraform-provider/plugin/values.ts';
import { toy } from './toy.ts';

class Kept extends Map<string, ObjectValue> {
  readonly #folder: string;

  constructor(folder: string) {
    super();
    this.#folder = folder;
    for (const name of readdirSync(folder)) {
      super.set(name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as ObjectValue);
    }
  }

  override set(name: string, thing: ObjectValue) {
    writeFileSync(join(this.#folder, name), JSON.stringify(thing));
    return super.set(name, thing);
  }

  override delete(name: string) {
    rmSync(join(this.#folder, name), { force: true });
    return super.delete(name);
  }
}

const folder = process.env.TOY_THINGS;
const { provider } = toy(1, {}, folder === undefined ? new Map() : new Kept(folder));
const [thing] = provider.resources;
if (!thing) throw new Error('the toy has no thing');

void serve({
  ...provider,
  resources: [
    {
      ...thing,
      create: async (planned, client, context) => {
        writeFileSync(join(folder ?? '/tmp', `../started-${planned.name as string}`), String(process.pid));
        await sleep(Number(process.env.TOY_DELAY_MS ?? 0));
        return thing.create(planned, client, context);
      },
    },
  ],
});

// What a library might do, before the handshake.
queueMicrotask(() => console.log('a word on stdout'));
