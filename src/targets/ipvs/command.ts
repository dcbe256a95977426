/** One command of `ipvsadm -R`, as ipvsadm-save(8) writes it and RoomLB renders it; words by single spaces. */

export interface ServiceCommand {
  readonly add: 'service';
  /** As ipvsadm(8) names it: `-t 203.0.113.10:443`, `-f 7`, `-f 7 -6`. */
  readonly name: string;
  /** `-s wrr -p 300` */
  readonly options: string;
}

export interface DestinationCommand {
  readonly add: 'destination';
  /** Of its service. */
  readonly name: string;
  /** `10.0.0.1:4443` */
  readonly to: string;
  /** `-m`: without the weight, and without the kind of tunnel where it is the usual one. */
  readonly options: string;
  /** Null where it says none. */
  readonly weight: number | null;
}

/** Undefined for any other command. */
export function readCommand(text: string): ServiceCommand | DestinationCommand | undefined {
  const [, verb, name = '', rest = ''] = /^(-A|-a) (-\S+ \S+(?: -6)?)(?: (.*))?$/.exec(text.trim()) ?? [];
  if (verb === '-A') return { add: 'service', name, options: rest };
  const [, to, how = ''] = /^-r (\S+)(.*)$/.exec(rest) ?? [];
  if (verb === undefined || to === undefined) return undefined;
  const weight = / -w (\d+)\b/.exec(how)?.[1];
  const options = how
    .replace(/ -w \d+\b/, '')
    .replace(/ --tun-type ipip\b/, '')
    .trim();
  return { add: 'destination', name, to, options, weight: weight === undefined ? null : Number(weight) };
}
