import { Option } from 'commander';
import { DEFAULT_TOPOLOGY } from './context.ts';

export const topologyOption = () =>
  new Option('-t, --topology <file>', 'topology file, YAML or JSON; - is standard input').default(
    DEFAULT_TOPOLOGY,
  );

export const jsonOption = () => new Option('--json', 'print JSON, for scripts');

export const dispatcherOption = () =>
  new Option('-d, --dispatcher <url>', 'the dispatcher to ask').default('http://127.0.0.1:8080');
