/** The provider `roomlb`: what dispatchers know, and can be told, as Terraform's resources. */
import { connect, type DispatcherApi } from './client/dispatcher-api.ts';
import { CONFIGURATION, readConfiguration } from './client/configuration.ts';
import { DATA_SOURCES } from './data-sources/registry.ts';
import { FUNCTIONS } from './functions/registry.ts';
import type { Provider } from './plugin/provider.ts';
import { isKnown } from './plugin/values.ts';
import { RESOURCES } from './resources/registry.ts';
import { VERSION } from '../version.ts';

export const provider: Provider<DispatcherApi> = {
  name: 'roomlb',
  version: VERSION,
  schema: {
    version: 0,
    description:
      'Manages RoomLB: media nodes, virtual IPs, maintenance windows, policies and pinned rooms of a cluster, by the REST ' +
      'API of its dispatchers. What a dispatcher would refuse of one object is refused by `terraform validate` already.',
    attributes: CONFIGURATION,
  },
  configure: (config, context) =>
    new Promise((resolve) => {
      // An endpoint may be of a resource that is yet to be made.
      resolve(isKnown(config) ? connect(readConfiguration(config, process.env, context)) : null);
    }),
  resources: RESOURCES,
  dataSources: DATA_SOURCES,
  functions: FUNCTIONS,
};
