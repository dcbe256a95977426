import type { Tenant } from '../model.ts';

/** What the driver compares. */
export interface As3State {
  /** The label of a tenant that is this cluster's own. */
  readonly mark: string;
  /** As it was declared; null where there is none. */
  readonly tenant: Tenant | null;
  /** What AS3 calls this very content of the tenant; null where it was not asked. */
  readonly lock: string | null;
}

export interface As3Action {
  readonly do: 'deploy';
  /** Null: it goes. */
  readonly tenant: Tenant | null;
  /** It is deployed only if the tenant is still what it was when it was read; null: whatever it is. */
  readonly lock: string | null;
}
