import type { Balancer } from '../topology/balancers/balancer.ts';

export type { Balancer, HaproxyBalancer, NginxBalancer } from '../topology/balancers/balancer.ts';

/** For a target's `driver`, which is only ever given its own balancers. */
export function ofTarget<T extends Balancer['target']>(
  balancer: Balancer,
  target: T,
): Extract<Balancer, { readonly target: T }> {
  if (!isOf(balancer, target))
    throw new Error(`balancer ${balancer.id} is ${balancer.target}, not ${target}`);
  return balancer;
}

function isOf<T extends Balancer['target']>(
  balancer: Balancer,
  target: T,
): balancer is Extract<Balancer, { readonly target: T }> {
  return balancer.target === target;
}
