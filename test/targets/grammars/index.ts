/**
 * The grammar of each text file that a target of the kinds `device` and `software` renders: target → file → grammar.
 * `*` in a file's name stands for an id.
 */
import { lineGrammar, type FileGrammar } from './grammar.ts';
import { ciscoAce } from './cisco-ace.ts';
import { ciscoIosSlb } from './cisco-ios-slb.ts';
import { a10Acos } from './a10-acos.ts';
import { ciscoNxosItd } from './cisco-nxos-itd.ts';
import { citrixNetscaler } from './citrix-netscaler.ts';
import { dpvs } from './dpvs.ts';
import { envoy } from './envoy.ts';
import { f5As3 } from './f5-as3.ts';
import { f5Conf, f5Script } from './f5-tmsh.ts';
import { glbDirector } from './glb-director.ts';
import { katran } from './katran.ts';
import { loxilb } from './loxilb.ts';
import { piolinkPask } from './piolink-pask.ts';
import { radwareAlteon } from './radware-alteon.ts';

const GRAMMARS: Readonly<Record<string, Readonly<Record<string, FileGrammar>>>> = {
  envoy,
  dpvs: { 'keepalived.conf': lineGrammar(dpvs) },
  katran: { 'katran.sh': lineGrammar(katran) },
  'glb-director': { 'forwarding_table.src.json': glbDirector },
  loxilb: { 'loxilb.sh': lineGrammar(loxilb) },
  'cisco-ios-slb': { 'ios-slb.cfg': lineGrammar(ciscoIosSlb) },
  'cisco-ace': { 'ace.cfg': lineGrammar(ciscoAce) },
  'cisco-nxos-itd': { 'nxos-itd.cfg': lineGrammar(ciscoNxosItd) },
  'f5-tmsh': { 'roomlb.conf': lineGrammar(f5Conf), 'roomlb-tmsh.sh': lineGrammar(f5Script) },
  'a10-acos': { 'acos.cfg': lineGrammar(a10Acos) },
  'piolink-pask': { 'pask.cfg': lineGrammar(piolinkPask) },
  'radware-alteon': { 'alteon.txt': lineGrammar(radwareAlteon) },
  'citrix-netscaler': { 'netscaler.conf': lineGrammar(citrixNetscaler) },
  'f5-as3': { 'as3.json': f5As3 },
};

/** Undefined for a file that nobody knows. */
export function grammarOf(target: string, path: string): FileGrammar | undefined {
  const found = Object.entries(GRAMMARS[target] ?? {}).find(([name]) => {
    const [before = '', after] = name.split('*');
    return after === undefined ? path === name : path.startsWith(before) && path.endsWith(after);
  });
  return found?.[1];
}
