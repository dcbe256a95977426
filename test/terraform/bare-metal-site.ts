/** A configuration that uses the module bare-metal, and what it gives. */
import { requiring } from '../terraform-provider/in-process.ts';
import type { Terraform } from '../terraform-provider/terraform.ts';

export const SITE = '-chdir=terraform/site';
export const CONF = '/etc/keepalived/keepalived.conf';

/** Balancer → path → content. */
export type Files = Readonly<Record<string, Readonly<Record<string, string>>>>;

const BALANCERS = { 'lb-1': { address: '198.51.100.2' }, 'lb-2': { address: '198.51.100.3' } };

export interface Given {
  readonly nodes?: Readonly<Record<string, object>>;
  readonly balancers?: Readonly<Record<string, object>>;
  readonly vrrp?: object;
  readonly sync?: object;
}

/** The text of its main.tf; nobody listens where its provider's dispatcher would be. */
export function site({ nodes = {}, balancers = BALANCERS, vrrp = {}, sync }: Given): string {
  const all = Object.entries(nodes).map(([id, node], index) => [
    id,
    { addresses: [`198.51.100.${11 + index}`], ...node },
  ]);
  const given = {
    nodes: Object.fromEntries(all) as object,
    balancers,
    vrrp: { interface: 'eth0', router_id: 51, ...vrrp },
    sync: sync ?? null,
  };
  return `${requiring('roomlb')}
    provider "roomlb" {
      endpoint = "http://127.0.0.1:9"
    }
    locals {
      given = jsondecode(${JSON.stringify(JSON.stringify(given))})
    }
    module "cluster" {
      source  = "../modules/bare-metal"
      cluster = "edge-1"
      vip = {
        addresses  = ["198.51.100.10"]
        signalling = { port = 443, domain = "sfu.example.net" }
        media      = { ports = "40000-40099" }
      }
      vrrp      = local.given.vrrp
      balancers = local.given.balancers
      nodes     = local.given.nodes
      sync      = local.given.sync
    }
    output "balancers" {
      value = module.cluster.files
    }
    output "declaration" {
      value = module.cluster.declaration
    }
    output "user_data" {
      value = module.cluster.user_data
    }
  `;
}

/** What its outputs will be, as far as the plan knows. The provider has to be in this process. */
export async function plannedOutputs<T>(terraform: Terraform, main: string): Promise<T> {
  terraform.write({ 'terraform/site/main.tf': main });
  await terraform.run(SITE, 'init');
  await terraform.run(SITE, 'plan', '-out=plan.bin');
  const { planned_values } = JSON.parse(await terraform.run(SITE, 'show', '-json', 'plan.bin')) as {
    planned_values: { outputs: Record<string, { value?: unknown }> };
  };
  return Object.fromEntries(
    Object.entries(planned_values.outputs).map(([name, { value }]) => [name, value]),
  ) as T;
}
