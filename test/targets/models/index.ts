/** The model of each target that is changed by commands. */
import { ciscoIosSlb } from './cisco-ios-slb.ts';
import type { Modelled } from './model.ts';

export const MODELS: Readonly<Record<string, Modelled>> = { 'cisco-ios-slb': ciscoIosSlb };
