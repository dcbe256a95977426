/**
 * Radware Alteon, as its Command Line Interface Reference Guide tells: menus in which settings are made, and
 * which count when they are applied.
 */
import assert from 'node:assert/strict';
import type { DeviceModel, Modelled } from './model.ts';

/** Setting → its words; of groups also `add REAL` → `` or `dis`. */
type Menu = Map<string, string>;
type Menus = Map<string, Menu>;

export const radwareAlteon: Modelled = {
  members: (shown) => {
    const disabled = new Set(shown.filter((line) => line.startsWith('disabled ')));
    const counts = new Map<string, number>();
    for (const line of shown) {
      const [, group, real, dis] = /^(\/c\/slb\/group \S+) add (\S+) (dis)?/.exec(line) ?? [];
      if (group === undefined) continue;
      const takes = dis === undefined && !disabled.has(`disabled ${real}`) ? 1 : 0;
      counts.set(group, (counts.get(group) ?? 0) + takes);
    }
    return counts;
  },
  start: alteon,
  foreign: [
    ...['/c/slb/advhc/health web TCP', 'dport 80', '/c/slb/real web', 'ena', 'rip 10.9.0.1'],
    ...['/c/slb/group web', 'health web', 'add web', '/c/slb/virt web', 'ena', 'vip 198.51.100.1'],
    ...['/c/slb/virt web/service 80 http', 'group web', '/c/l3/vrrp/vr 700', 'ena', 'vrid 200', 'apply'],
  ],
};

function alteon(): DeviceModel {
  let running: Menus = new Map();
  const draft: Menus = new Map();
  let at = '';
  const disabled = new Set<string>();
  const hasReal = (real: string) => assert.ok(running.has(`/c/slb/real ${real}`), `no real server ${real}`);
  const give = (line: string): void => {
    const [, dis, real] = /^\/oper\/slb\/(?:(dis)|ena) (\S+)(?: n)?$/.exec(line) ?? [];
    if (real !== undefined) {
      hasReal(real);
      if (dis) disabled.add(real);
      else assert.ok(disabled.delete(real), 'it was not disabled');
    } else if (line === 'apply') {
      for (const [head, menu] of draft) check(head, menu, draft);
      running = structuredClone(draft);
      for (const real of disabled) if (!running.has(`/c/slb/real ${real}`)) disabled.delete(real);
    } else if (line.endsWith('/del')) remove(draft, menuOf(line.slice(0, -'/del'.length)).head);
    else if (line.startsWith('/')) at = open(draft, line);
    else if (line !== 'save') set(draft.get(at), at, line);
  };
  return {
    run(lines, each) {
      for (const line of lines) {
        try {
          give(line.trim());
        } catch (cause) {
          throw new Error(`${line}: ${(cause as Error).message}`, { cause });
        }
        if (line === 'apply') each?.();
      }
    },
    show: () =>
      [
        ...[...running].flatMap(([head, menu]) =>
          [...menu].map(([name, words]) => `${head} ${name} ${words}`),
        ),
        ...[...disabled].map((real) => `disabled ${real}`),
      ].sort(),
  };
}

/** Types of health checks and applications of services are told when a menu is opened, but name nothing. */
function menuOf(line: string): { readonly head: string; readonly kind?: string } {
  const [, head = line, kind, below = ''] =
    /^(\/c\/slb\/advhc\/health \S+|\/c\/slb\/virt \S+\/service \d+)(?: ([^/ ]+))?(\/pip)?$/.exec(line) ?? [];
  return { head: head + below, ...(kind === undefined || below !== '' ? {} : { kind }) };
}

function open(menus: Menus, line: string): string {
  const { head, kind } = menuOf(line);
  for (const below of ['/pip', '/service ']) {
    const end = head.indexOf(below);
    if (end > 0) assert.ok(menus.has(head.slice(0, end)), 'there is nothing around it');
  }
  const menu = menus.get(head) ?? new Map<string, string>();
  menus.set(head, menu);
  if (kind !== undefined) {
    assert.ok(menu.get('kind') === undefined || menu.get('kind') === kind, 'is of another kind');
    menu.set('kind', kind);
  }
  return head;
}

function remove(menus: Menus, head: string): void {
  assert.ok(menus.delete(head), 'is not there');
  for (const other of [...menus.keys()]) if (other.startsWith(`${head}/`)) menus.delete(other);
}

const DEFAULTS = new Set([
  ...['weight 1', 'rport 0', 'nonat dis', 'pbind disable', 'ptmout 10', 'mode ingress'],
]);

function set(menu: Menu | undefined, head: string, line: string): void {
  assert.ok(menu, 'in no menu');
  const [word = '', ...rest] = line.split(' ');
  const value = rest.join(' ');
  if (head.startsWith('/c/slb/group ') && ['add', 'rem', 'dis', 'ena'].includes(word)) {
    const member = `add ${value}`;
    assert.equal(
      menu.has(member),
      word !== 'add',
      word === 'add' ? 'is in the group already' : 'not in the group',
    );
    if (word === 'rem') menu.delete(member);
    else menu.set(member, word === 'dis' ? 'dis' : '');
    return;
  }
  if (DEFAULTS.has(line)) menu.delete(word);
  else menu.set(word, value);
}

/** What `apply` looks at. */
function check(head: string, menu: Menu, menus: Menus): void {
  const there = (other: string) => assert.ok(menus.has(other), `${head}: no ${other}`);
  const health = menu.get('health');
  if (health !== undefined && health !== 'icmp') there(`/c/slb/advhc/health ${health}`);
  for (const [, one] of menu.get('logexp')?.matchAll(/\(([^)]+)\)/g) ?? [])
    there(`/c/slb/advhc/health ${one}`);
  const group = menu.get('group');
  if (group !== undefined) there(`/c/slb/group ${group}`);
  if (!head.startsWith('/c/slb/group ')) return;
  const reals = [...menu.keys()].filter((key) => key.startsWith('add '));
  assert.ok(reals.length > 0, `${head} has no real server`);
  for (const key of reals) there(`/c/slb/real ${key.slice('add '.length)}`);
}
