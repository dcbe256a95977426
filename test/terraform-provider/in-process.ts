/** A provider inside the test's own process, which terraform connects to: a command takes a tenth of a second. */
import type { TestContext } from 'node:test';
import { listen } from '../../src/terraform-provider/plugin/grpc-server.ts';
import type { Provider } from '../../src/terraform-provider/plugin/provider.ts';

/**
 * @returns what terraform's environment needs (`terraformIn`'s `env`); the provider ends with the test. Its
 *   source in configurations is `roomlb/NAME`.
 */
export async function inProcess<C>(t: TestContext, provider: Provider<C>): Promise<Record<string, string>> {
  const server = await listen(provider);
  t.after(() => server.close());
  const address = `registry.terraform.io/roomlb/${provider.name}`;
  return {
    TF_REATTACH_PROVIDERS: JSON.stringify({
      [address]: {
        Protocol: 'grpc',
        ProtocolVersion: 6,
        Pid: process.pid,
        // Terraform then does not end it.
        Test: true,
        Addr: { Network: 'unix', String: server.socket },
      },
    }),
  };
}

/** The block that names the provider, without which terraform would look for another of its name. */
export function requiring(name: string, version?: string): string {
  const constraint = version === undefined ? '' : `, version = ${JSON.stringify(version)}`;
  return `terraform {\n  required_providers {\n    ${name} = { source = "roomlb/${name}"${constraint} }\n  }\n}\n`;
}
