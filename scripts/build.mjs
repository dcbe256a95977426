// `npm run build`, and what npm runs after an installation: compiles src to dist if that is not up to date.
import { ensureBuilt } from './setup.mjs';

ensureBuilt();
