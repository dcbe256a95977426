/** The program that terraform starts; `npm run terraform:build` makes one file of it. */
import { serve } from './plugin/serve.ts';
import { provider } from './roomlb.ts';

void serve(provider);
