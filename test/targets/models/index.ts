/** The model of each target that is changed by commands. */
import { a10Acos } from './a10-acos.ts';
import { ciscoAce } from './cisco-ace.ts';
import { ciscoIosSlb } from './cisco-ios-slb.ts';
import { ciscoNxosItd } from './cisco-nxos-itd.ts';
import { citrixNetscaler } from './citrix-netscaler.ts';
import { f5Tmsh } from './f5-tmsh.ts';
import { katran } from './katran.ts';
import { loxilb } from './loxilb.ts';
import type { Modelled } from './model.ts';
import { piolinkPask } from './piolink-pask.ts';
import { radwareAlteon } from './radware-alteon.ts';

export const MODELS: Readonly<Record<string, Modelled>> = {
  'a10-acos': a10Acos,
  'cisco-ace': ciscoAce,
  'cisco-ios-slb': ciscoIosSlb,
  'cisco-nxos-itd': ciscoNxosItd,
  'citrix-netscaler': citrixNetscaler,
  'f5-tmsh': f5Tmsh,
  katran,
  loxilb,
  'piolink-pask': piolinkPask,
  'radware-alteon': radwareAlteon,
};
