import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand, whatWasSaid } from '../../../src/targets/driving/command.ts';
import { labSkipReason } from '../../lab/netns.ts';

const here = { namespace: null };
const script = (code: string) => ['-e', code];

test('a command gets its arguments and input as they are, and answers with all that it said', async () => {
  const code =
    'process.stdin.on("data", (d) => { process.stdout.write(process.argv[1] + d); console.error("so"); process.exitCode = 7 })';
  const result = await runCommand(process.execPath, [...script(code), '$(id); `x` *'], {
    ...here,
    input: 'in',
  });
  assert.deepEqual(result, { stdout: '$(id); `x` *in', stderr: 'so\n', code: 7 });
});

test('a program that is not there is named as unreachable', async () => {
  await assert.rejects(runCommand('no-such-program-of-roomlb', [], here), {
    name: 'DriverError',
    kind: 'unreachable',
    message: 'no-such-program-of-roomlb is not installed, or not on PATH',
  });
});

test('one that takes too long is killed, and the message has what it had said', async () => {
  const code = 'console.log("begun"); setInterval(() => {}, 1000)';
  await assert.rejects(runCommand(process.execPath, script(code), { ...here, timeout: 1500 }), {
    kind: 'failed',
    message: /took longer than 1\.5 s: begun$/,
  });
});

test('one that prints without end is killed', async () => {
  const code = 'const go = () => process.stdout.write("x".repeat(65536), go); go()';
  await assert.rejects(runCommand(process.execPath, script(code), { ...here, maxOutput: 1_000_000 }), {
    kind: 'failed',
    message: /printed more than 1000000 bytes/,
  });
});

test('a command that reads none of its input is judged by its exit code', async () => {
  const input = 'x'.repeat(1_000_000);
  const { code } = await runCommand(process.execPath, script('process.exit(3)'), { ...here, input });
  assert.equal(code, 3);
});

test('what was said is one line of bounded length, and never empty', () => {
  assert.equal(whatWasSaid({ stdout: 'out', stderr: ' a\n  b\n', code: 1 }), 'a; b');
  assert.equal(whatWasSaid({ stdout: 'out\n', stderr: '', code: 1 }), 'out');
  assert.equal(whatWasSaid({ stdout: '', stderr: '', code: 4 }), 'exit code 4, and no word');
  assert.equal(whatWasSaid({ stdout: 'y'.repeat(5000), stderr: '', code: 1 }).length, 2001);
});

test('a namespace that is not there is a failure with its name', { skip: labSkipReason() }, async () => {
  const { code, stderr } = await runCommand('true', [], { namespace: 'roomlb-no-such' });
  assert.notEqual(code, 0);
  assert.match(stderr, /roomlb-no-such/);
});

test('a process that a program leaves behind is not waited for, though it keeps the output open', async (t) => {
  const left: number[] = [];
  t.after(() => left.forEach((pid) => process.kill(pid, 'SIGKILL')));
  const script = (then: string) => ['-c', `sleep 600 & echo $! >&2; echo $!; ${then}`];
  const { stdout, code } = await runCommand('/bin/sh', script('exit 3'), { namespace: null });
  left.push(Number(stdout));
  assert.equal(code, 3);
  const hanging = runCommand('/bin/sh', script('wait'), { namespace: null, timeout: 500 });
  const error = await hanging.then(() => assert.fail('it ended'), String);
  assert.match(error, /took longer than 0.5 s/);
  left.push(Number(/(\d+)$/.exec(error)?.[1]));
});
