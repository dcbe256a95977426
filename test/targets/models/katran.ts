/**
 * katran as its sources have it (KatranLb.cpp, Vip.cpp): VIPs with flags, reals and a ring, which is made anew only of
 * reals with a weight, and stays as it was where there are none. Refusals are those of the gRPC server, and calls that
 * it would only log as mistakes.
 */
import type { Modelled } from './model.ts';

interface Vip {
  readonly flags: Set<string>;
  readonly reals: Map<string, number>;
  /** Null: that of whoever had the number before. */
  ring: string[] | null;
}

export const katran: Modelled = {
  keepsLast: true,
  start: () => {
    const vips = new Map<string, Vip>();
    return {
      run(lines, each) {
        for (const line of lines) {
          call(vips, line);
          each?.();
        }
      },
      show: () => [...vips].sort().flatMap(([name, vip]) => showing(name, vip)),
    };
  },
  foreign: [
    'katran_goclient -A -t 198.51.100.1:80 -vf NO_LRU',
    'katran_goclient -a -t 198.51.100.1:80 -r 10.9.0.1 -w 1',
    'katran_goclient -A -u 198.51.100.1:80',
    'katran_goclient -a -u 198.51.100.1:80 -r 10.9.0.1 -w 1',
  ],
  members: (shown) => {
    const counts = new Map<string, number>();
    for (const line of shown) {
      const [, name, ring] = /^(\S+ \S+) ring(.*)$/.exec(line) ?? [];
      if (name !== undefined) counts.set(name, ring!.split(' ').length - 1);
    }
    return counts;
  },
};

function call(vips: Map<string, Vip>, line: string): void {
  const words = line.split(' ');
  const [client, action = '', protocol = '', endpoint = ''] = words;
  if (client !== 'katran_goclient' || !['-t', '-u'].includes(protocol)) throw new Error(`no call: ${line}`);
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const name = `${protocol} ${endpoint.replaceAll("'", '')}`;
  const vip = vips.get(name);
  const flag = after('-vf');
  if (action === '-A') {
    if (vip) throw new Error(`there already: ${line}`);
    vips.set(name, { flags: new Set(flag === undefined ? [] : [flag]), reals: new Map(), ring: null });
    return;
  }
  if (!vip) throw new Error(`no such VIP: ${line}`);
  if (action === '-D') vips.delete(name);
  else if (action === '-E') {
    if (words.includes('-unset')) vip.flags.delete(flag!);
    else vip.flags.add(flag!);
  } else changeReals(vip, action, after('-r')!, Number(after('-w')));
}

function changeReals(vip: Vip, action: string, address: string, weight: number): void {
  if (action === '-d') {
    if (!vip.reals.delete(address)) throw new Error(`no such real: ${address}`);
  } else {
    if ((action === '-e') !== vip.reals.has(address)) throw new Error(`${action} of ${address}`);
    const old = vip.reals.get(address) ?? 0;
    vip.reals.set(address, weight);
    if (old === weight) return;
  }
  const ring = [...vip.reals].filter(([, share]) => share > 0).map(([real]) => real);
  if (ring.length > 0) vip.ring = ring.sort();
}

function showing(name: string, { flags, reals, ring }: Vip): string[] {
  return [
    `${name} flags ${[...flags].sort().join(' ')}`,
    ...[...reals].sort().map(([address, weight]) => `${name} real ${address} ${weight}`),
    // For the moment between two calls it may have the ring of another.
    ring ? [`${name} ring`, ...ring].join(' ') : `${name} with the ring of another VIP`,
  ];
}
