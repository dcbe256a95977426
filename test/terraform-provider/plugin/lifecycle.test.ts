import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { failure } from '../../../src/terraform-provider/plugin/diagnostics.ts';
import { inProcess, requiring } from '../in-process.ts';
import { NO_TERRAFORM, terraformIn, type Terraform } from '../terraform.ts';
import { toy, type Toy } from './toy.ts';

const skip = NO_TERRAFORM;

async function workspace(t: TestContext, main: string, { provider }: Toy = toy()): Promise<Terraform> {
  const env = await inProcess(t, provider);
  const terraform = terraformIn(t, { env, files: { 'main.tf': requiring('toy') + main } });
  await terraform.run('init');
  return terraform;
}

const THING = 'toy_thing.one';

function thing(body: string): string {
  return `resource "toy_thing" "one" {\n${body}\n}\n`;
}

test('what is made is as planned, and the next plan is empty', { skip }, async (t) => {
  const one = toy();
  const terraform = await workspace(
    t,
    thing(`
      name     = "a"
      timeout  = "60s"
      share    = 0.8
      secret   = "hush"
      labels   = { __proto__ = "x", b = "y" }
      zones    = ["z", "y", "z"]
      anything = { deep = [1, "two", null] }
      ports    = [{ number = 5000 }, { number = 5001, protocol = "tcp" }]
    `),
    one,
  );
  assert.deepEqual(await terraform.plan(), { [THING]: 'create' });
  await terraform.run('apply', '-auto-approve');
  const state = (await terraform.state())[THING];
  assert.deepEqual(state, {
    name: 'a',
    size: 3,
    timeout: '60s',
    share: 0.8,
    secret: 'hush',
    old: null,
    labels: JSON.parse('{"__proto__": "x", "b": "y"}'),
    zones: ['y', 'z'],
    anything: { deep: [1, 'two', null] },
    ports: [
      { number: 5000, protocol: 'udp', handle: 'h0' },
      { number: 5001, protocol: 'tcp', handle: 'h1' },
    ],
    serial: 1,
    revision: 1,
  });
  assert.equal(one.things.get('a')?.timeout, '1m');
  assert.deepEqual(await terraform.plan(), {});
  const looked = await terraform.run('apply', '-refresh-only', '-auto-approve');
  assert.doesNotMatch(looked, /changed outside/);
  assert.equal((await terraform.state())[THING]?.timeout, '60s');
});

test('an update changes what may change, and leaves alone what is stable', { skip }, async (t) => {
  const one = toy();
  const terraform = await workspace(t, thing('name = "a"\nsize = 5\ntimeout = "60s"'), one);
  await terraform.run('apply', '-auto-approve');
  // Another spelling of the same is no change, and a default comes back when the configuration says no more.
  terraform.write({ 'main.tf': requiring('toy') + thing('name = "a"\nsize = 5\ntimeout = "1m"') });
  assert.deepEqual(await terraform.plan(), {});
  terraform.write({ 'main.tf': requiring('toy') + thing('name = "a"\ntimeout = "1m"') });
  assert.deepEqual(await terraform.plan(), { [THING]: 'update' });
  const planned = await terraform.run('show', 'plan.bin');
  assert.match(planned, /revision\s+= 1 -> \(known after apply\)/);
  assert.doesNotMatch(planned, /serial\s+= 1 ->/);
  await terraform.run('apply', 'plan.bin');
  assert.deepEqual(await terraform.plan(), {});
  const { size, serial, revision } = (await terraform.state())[THING] ?? {};
  assert.deepEqual({ size, serial, revision }, { size: 3, serial: 1, revision: 2 });
  assert.deepEqual(one.calls, ['create a', 'update a']);
});

test('drift is seen, and set right', { skip }, async (t) => {
  const one = toy();
  const terraform = await workspace(t, thing('name = "a"\ntimeout = "60s"'), one);
  await terraform.run('apply', '-auto-approve');
  one.things.set('a', { ...one.things.get('a'), size: 7 });
  assert.deepEqual(await terraform.plan(), { [THING]: 'update' });
  await terraform.run('apply', '-auto-approve');
  assert.equal(one.things.get('a')?.size, 3);
  one.things.clear();
  assert.deepEqual(await terraform.plan(), { [THING]: 'create' });
});

test('what cannot change is made anew, and destroyed at the end', { skip }, async (t) => {
  const one = toy();
  const terraform = await workspace(t, thing('name = "a"'), one);
  await terraform.run('apply', '-auto-approve');
  terraform.write({ 'main.tf': requiring('toy') + thing('name = "b"') });
  assert.deepEqual(await terraform.plan(), { [THING]: 'delete, create' });
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual([...one.things.keys()], ['b']);
  await terraform.run('destroy', '-auto-approve');
  assert.deepEqual(one.calls, ['create a', 'delete a', 'create b', 'delete b']);
  assert.deepEqual(await terraform.state(), {});
});

test('what is there already can be imported', { skip }, async (t) => {
  const one = toy();
  one.things.set('a', { name: 'a', size: 4, serial: 9, revision: 2, ports: [] });
  const terraform = await workspace(t, thing('name = "a"\nsize = 4'), one);
  await terraform.run('import', THING, 'a');
  assert.deepEqual(await terraform.plan(), {});
  assert.equal((await terraform.state())[THING]?.serial, 9);
});

test('what is not known before an apply is planned as such', { skip }, async (t) => {
  const terraform = await workspace(
    t,
    'resource "terraform_data" "x" {\n  input = 6\n}\n' +
      thing(`
        name   = "a-\${terraform_data.x.id}"
        size   = terraform_data.x.output
        zones  = ["z-\${terraform_data.x.id}"]
        ports  = [for i in [1, 2] : { number = terraform_data.x.output + i }]
        labels = { id = terraform_data.x.id }
      `),
  );
  await terraform.run('apply', '-auto-approve');
  const state = (await terraform.state())[THING];
  assert.equal(state?.size, 6);
  assert.deepEqual(await terraform.plan(), {});
});

test('faults in a configuration are told where they are', { skip }, async (t) => {
  const terraform = await workspace(
    t,
    thing('name = "a"\nsize = 300\nold = "x"\nports = [{ number = 1 }, { number = 70000 }]') +
      'resource "toy_thing" "two" {\n  name = "forbidden"\n}\n',
  );
  const found = await terraform.validate();
  assert.deepEqual(
    found
      .map(({ severity, summary, at }) => ({ severity, summary, at }))
      .sort((a, b) => (a.summary < b.summary ? -1 : 1)),
    [
      { severity: 'error', summary: 'Forbidden name', at: 'name = "forbidden"' },
      {
        severity: 'error',
        summary: 'Invalid value for ports[1].number',
        at: 'ports = [{ number = 1 }, { number = 70000 }]',
      },
      { severity: 'error', summary: 'Invalid value for size', at: 'size = 300' },
      { severity: 'warning', summary: 'old is deprecated', at: 'old = "x"' },
    ],
  );
});

test('a value that is known only after an apply has begun is checked then', { skip }, async (t) => {
  const one = toy();
  const source = 'resource "terraform_data" "x" {\n  input = 300\n}\n';
  const terraform = await workspace(t, source + thing('name = "a"\nsize = terraform_data.x.output'), one);
  assert.deepEqual(await terraform.validate(), []);
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
  assert.equal(code, 1);
  assert.match(stderr, /Invalid value for size[^]*must be at most 100, for example 3/);
  assert.deepEqual(one.calls, []);
});

test('what fails half-way stays in the state', { skip }, async (t) => {
  const one = toy();
  const terraform = await workspace(t, thing('name = "partial"'), one);
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
  assert.equal(code, 1);
  assert.match(stderr, /Half of it is missing/);
  assert.equal((await terraform.state())[THING]?.serial, 1);
});

test('a fault of the provider is told as one, without secrets', { skip }, async (t) => {
  const terraform = await workspace(t, thing('name = "bug"\nsecret = "hush-hush"'));
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
  assert.equal(code, 1);
  assert.match(stderr, /A fault of the provider while applying toy_thing/);
  assert.match(stderr, /TypeError: no thing can be \(sensitive\)/);
  assert.doesNotMatch(stderr, /hush-hush/);
});

test('what becomes of an apply other than planned is told with its attribute', { skip }, async (t) => {
  const terraform = await workspace(t, thing('name = "wrong"'));
  const { code, stderr } = await terraform.attempt('apply', '-auto-approve');
  assert.equal(code, 1);
  assert.match(stderr, /Not what was planned/);
  assert.match(stderr, /After the apply size is not what the plan had/);
});

test('a state of an older version is brought up to date, one of a newer is refused', { skip }, async (t) => {
  const old = toy(1);
  const terraform = await workspace(t, thing('name = "a"\nsize = 5'), old);
  await terraform.run('apply', '-auto-approve');
  const upgrades = {
    1: (state: Readonly<Record<string, unknown>>) => ({ ...state, middle: state.size }),
    2: ({ middle, ...state }: Readonly<Record<string, unknown>>) => ({
      ...state,
      size: (middle as number) * 2,
      gone: 'dropped',
    }),
  };
  const next = toy(3, { upgrades });
  next.things.set('a', { ...old.things.get('a'), size: 10 });
  const later = terraformIn(t, {
    env: await inProcess(t, next.provider),
    files: { 'main.tf': requiring('toy') + thing('name = "a"\nsize = 10') },
  });
  copyFileSync(`${terraform.folder}/terraform.tfstate`, `${later.folder}/terraform.tfstate`);
  await later.run('init');
  assert.deepEqual(await later.plan('-refresh=false'), {});
  await later.run('apply', '-auto-approve', '-refresh-only');
  assert.equal((await later.state())[THING]?.size, 10);
  copyFileSync(`${later.folder}/terraform.tfstate`, `${terraform.folder}/terraform.tfstate`);
  const { code, stderr } = await terraform.attempt('plan');
  assert.equal(code, 1);
  assert.match(stderr, /newer/);
});

test('functions and data sources answer, and refuse what they cannot take', { skip }, async (t) => {
  const one = toy();
  one.things.set('aa', {});
  one.things.set('b', {});
  const outputs = `
    data "toy_count" "all" {}
    output "count" {
      value = data.toy_count.all.total
    }
    output "repeated" {
      value = provider::toy::repeat("a", 3)
    }
  `;
  const terraform = await workspace(t, outputs, one);
  await terraform.run('apply', '-auto-approve');
  const found = JSON.parse(await terraform.run('output', '-json'));
  assert.equal(found.count.value, 1);
  assert.deepEqual(found.repeated.value, ['a', 'a', 'a']);
  terraform.write({
    'main.tf': requiring('toy') + 'output "x" {\n  value = provider::toy::repeat("a", -1)\n}\n',
  });
  const [wrong] = await terraform.validate();
  assert.match(wrong?.detail ?? '', /"times" argument: must be 0 or more|must be 0 or more/);
});

test('a resource may refuse to be destroyed, and say what else makes it anew', { skip }, async (t) => {
  const one = toy(1, {
    plan: ({ prior, planned, config }) => {
      if (planned === null) throw failure('Not now', `${prior?.name as string} is in use.`);
      return { planned, replaces: prior && config?.size !== prior.size ? ['size'] : [] };
    },
  });
  const terraform = await workspace(t, thing('name = "a"'), one);
  await terraform.run('apply', '-auto-approve');
  terraform.write({ 'main.tf': requiring('toy') + thing('name = "a"\nsize = 8') });
  assert.deepEqual(await terraform.plan(), { [THING]: 'delete, create' });
  const { code, stderr } = await terraform.attempt('destroy', '-auto-approve');
  assert.equal(code, 1);
  assert.match(stderr, /Not now[^]*a is in use/);
  assert.deepEqual([...one.things.keys()], ['a']);
});

test('a provider whose configuration is not known yet plans all the same', { skip }, async (t) => {
  const one = toy();
  const source = (key: string) => `
    resource "terraform_data" "token" {
      input = "${key}"
    }
    provider "toy" {
      token = terraform_data.token.output
    }
  `;
  const terraform = await workspace(t, source('one') + thing('name = "a"'), one);
  await terraform.run('apply', '-auto-approve');
  assert.deepEqual([...one.things.keys()], ['a']);
  // Nothing can be looked at meanwhile: what was known last still holds.
  one.things.set('a', { ...one.things.get('a'), size: 9 });
  terraform.write({ 'main.tf': requiring('toy') + source('two') + thing('name = "a"') });
  assert.deepEqual(await terraform.plan(), { 'terraform_data.token': 'update' });
});

test('Ctrl-C breaks off what only reads', { skip }, async (t) => {
  const reading = withResolvers();
  const one = toy(1, {
    read: (_state, _client, { stopped }) =>
      new Promise((_resolve, reject) => {
        reading.resolve(undefined);
        stopped.addEventListener('abort', () => reject(stopped.reason as Error));
      }),
  });
  const terraform = await workspace(t, thing('name = "a"'), one);
  await terraform.run('apply', '-auto-approve');
  const child = terraform.start('plan', '-no-color');
  const said = text(child.stderr!);
  const ended = once(child, 'exit');
  child.stdout!.resume();
  await reading.promise;
  child.kill('SIGINT');
  await ended;
  assert.match(await said, /Error: Interrupted/);
});

test('what is of another type is not taken over', { skip }, async (t) => {
  const terraform = await workspace(t, 'resource "terraform_data" "one" {}\n');
  await terraform.run('apply', '-auto-approve');
  const moved = 'moved {\n  from = terraform_data.one\n  to   = toy_thing.one\n}\n';
  terraform.write({ 'main.tf': requiring('toy') + moved + thing('name = "a"') });
  const { code, stderr } = await terraform.attempt('plan');
  assert.equal(code, 1);
  assert.match(stderr, /[Mm]ove|another type/);
});

/** Node 20 has none. */
function withResolvers(): { promise: Promise<undefined>; resolve: (value: undefined) => void } {
  let resolve: (value: undefined) => void = () => undefined;
  const promise = new Promise<undefined>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
