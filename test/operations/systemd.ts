import { spawnSync } from 'node:child_process';

/** Why what systemd says of units cannot be asked for; false: it can. */
export const NO_SYSTEMD: string | false =
  spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'systemd-analyze is not installed';
