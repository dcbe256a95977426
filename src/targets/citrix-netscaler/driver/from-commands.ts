/** From the commands that are rendered to the rows that an appliance lists once they have run. */
import { begins, type Command } from '../read-commands.ts';
import { KINDS, kindOf, MARK, MEMBER, type Kind } from './kinds.ts';
import type { Row } from './rows.ts';

/** By the type of the resource. VRIDs and addresses that share them are left out: they are the appliance's. */
export function rowsFrom(commands: readonly Command[], mark: string): ReadonlyMap<string, Row[]> {
  const rows = new Map(KINDS.map(({ type }): [string, Row[]] => [type, []]));
  const leaving = new Map(
    commands.filter(({ words }) => words[0] === 'disable').map((one) => [memberOf(one), drainOf(one)]),
  );
  for (const command of commands) {
    const found = rowFrom(command);
    if (!found) continue;
    const [kind, row] = found;
    const isOwn = kind.attributes.some(({ name }) => name === MARK);
    rows.get(kind.type)?.push({ ...row, ...leaving.get(memberOf(command)), ...(isOwn && { [MARK]: mark }) });
  }
  return rows;
}

/** What stands behind `add` or `bind`, and the attributes that the words behind that are. */
const FORMS: readonly (readonly [start: string, type: string, words: readonly string[]])[] = [
  ['add lb monitor', 'lbmonitor', ['monitorname', 'type']],
  ['add server', 'server', ['name', 'ipaddress']],
  ['add serviceGroup', 'servicegroup', ['servicegroupname', 'servicetype']],
  ['add lb vserver', 'lbvserver', ['name', 'servicetype', 'ipv46', 'port']],
  ['bind lb vserver', 'lbvserver_servicegroup_binding', ['name', 'servicegroupname']],
];

function rowFrom(command: Command): [Kind, Row] | undefined {
  const { words, options } = command;
  if (begins(command, 'bind serviceGroup')) {
    const [, , servicegroupname, servername, port] = words;
    const monitor = options.get('monitorname');
    return monitor === undefined
      ? [kindOf(MEMBER), { servicegroupname, servername, port, ...Object.fromEntries(options) }]
      : [kindOf('servicegroup_lbmonitor_binding'), { servicegroupname, monitor_name: monitor }];
  }
  const form = FORMS.find(([start]) => begins(command, start));
  if (!form) return undefined;
  const [start, type, attributes] = form;
  const said = words.slice(start.split(' ').length);
  const fixed = Object.fromEntries(attributes.map((name, i) => [name, said[i]]));
  return [kindOf(type), { ...fixed, ...Object.fromEntries(options) }];
}

/** Of commands about a member: which. */
function memberOf({ words: [, what, group, server, port] }: Command): string {
  return `${what} ${group} ${server} ${port}`;
}

/** What an appliance says of a member that was disabled so. */
function drainOf({ options }: Command): Row {
  const isGraceful = options.get('graceful') === 'YES';
  return { state: 'DISABLED', svrstate: isGraceful ? 'GOING OUT OF SERVICE' : 'OUT OF SERVICE' };
}
