/** What a topology file may cost. All are far above what a real one needs. */

/** 8 MiB. 10,000 nodes written out in full are about 3 MiB of YAML. */
export const MAX_TOPOLOGY_BYTES = 8 * 1024 * 1024;

/** Levels of lists and mappings inside each other; a topology has five. */
export const MAX_DEPTH = 32;

/** Values that aliases (`*name`) may stand for in all: enough for shared settings, too few for a bomb. */
export const MAX_ALIASED_VALUES = 100_000;
