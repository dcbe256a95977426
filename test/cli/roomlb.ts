/** Runs a command line in this process, and tells what it printed. */
import { run } from '../../src/cli/run.ts';

export async function roomlb(...args: string[]) {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    colour: false,
  };
  const code = await run(args, io);
  return { code, out, err, json: () => JSON.parse(out) };
}
