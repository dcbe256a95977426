/** The grammar of each text file that a device target renders: target → file → grammar. */
import type { Grammar } from './grammar.ts';
import { ciscoIosSlb } from './cisco-ios-slb.ts';

export const GRAMMARS: Readonly<Record<string, Readonly<Record<string, Grammar>>>> = {
  'cisco-ios-slb': { 'ios-slb.cfg': ciscoIosSlb },
};
