/** The command line as a process: compiled, as its users run it, or from sources that are newer. */
import { join } from 'node:path';
import { isBuilt, root } from '../../scripts/setup.mjs';

/** For `process.execPath`, before the words of the command. */
export const PROGRAM: readonly string[] = isBuilt()
  ? [join(root, 'dist', 'cli', 'main.js')]
  : ['--import', import.meta.resolve('tsx'), join(root, 'src', 'cli', 'main.ts')];
