import { exchange } from '../../../http/exchange.ts';
import { formatHost } from '../../../topology/address.ts';
import { failed, ok, skipped, type Check, type Site } from '../check.ts';

/** Milliseconds. */
const TIMEOUT = 2000;
/** Of the Date header (RFC 9110 section 6.6.1), which counts whole seconds. */
const RESOLUTION = 1000;
/** Timestamps of logs and events of one incident must not mix up, and certificates be valid everywhere. */
const MOST = 5000;
/** Asked at once. */
const AT_ONCE = 16;

/** Clocks of the dispatcher and of nodes with a health port, by the Date of an answer, whatever it says otherwise. */
export const clocks: Check = {
  name: 'clocks',
  async run(site) {
    const asked = [{ name: 'the dispatcher', url: `${site.dispatcher}/healthz` }, ...healthUrls(site)];
    const found: { name: string; skew: number | undefined }[] = [];
    for (let start = 0; start < asked.length; start += AT_ONCE) {
      const some = asked.slice(start, start + AT_ONCE);
      found.push(
        ...(await Promise.all(some.map(async ({ name, url }) => ({ name, skew: await skewOf(site, url) })))),
      );
    }
    const told = found.filter(({ skew }) => skew !== undefined);
    const wrong = told.filter(({ skew = 0 }) => Math.abs(skew) > MOST);
    const silent = found.length - told.length;
    return [
      ...wrong.map(({ name, skew = 0 }) =>
        failed(
          `the clock of ${name} is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} this one`,
          'let all hosts follow the same time servers (chrony, systemd-timesyncd)',
        ),
      ),
      ...(wrong.length === 0 && told.length > 0
        ? [ok(`${told.length} agree with this one within ${MOST / 1000} s`)]
        : []),
      ...(silent > 0 ? [skipped(`${silent} of ${found.length} did not tell their time`)] : []),
    ];
  },
};

function healthUrls({ topology }: Site): { name: string; url: string }[] {
  return topology.nodes.flatMap(({ id, addresses, healthPort, state }) => {
    const [address] = addresses;
    if (!address || healthPort === null || state === 'disabled') return [];
    return [{ name: `node ${id}`, url: `http://${formatHost(address)}:${healthPort}/health` }];
  });
}

/** Milliseconds that it is ahead; undefined where nobody tells. Between the question and the answer any time is right. */
async function skewOf({ now }: Site, url: string): Promise<number | undefined> {
  const before = now();
  const answer = await exchange(new URL(url), { method: 'GET', timeout: TIMEOUT }).catch(() => undefined);
  const after = now();
  const date = Date.parse(answer?.header('date') ?? '');
  if (Number.isNaN(date)) return undefined;
  if (date > after) return date - after;
  return Math.min(0, date + RESOLUTION - before);
}
