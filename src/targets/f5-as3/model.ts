/**
 * The parts of an AS3 declaration that RoomLB writes: names, values and ranges of the schema 3.56 (F5's
 * f5-appsvcs-extension, schema/3.56.0/as3-schema.json; "BIG-IP AS3 Schema Reference" on clouddocs.f5.com).
 * Nothing is in here that is not written.
 */

/** A reference to an object elsewhere in the declaration: `/tenant/application/name`. */
export interface Use {
  readonly use: string;
}

interface MonitorBase {
  readonly class: 'Monitor';
  /** 1–65535. */
  readonly targetPort: number;
  /** Seconds, 0–3600. */
  readonly interval: number;
  /** Seconds, 0–900. */
  readonly timeout: number;
  /** AS3 passes a backslash on as it is, so that the BIG-IP resolves `\r` and `\x00` itself. */
  readonly send: string;
  readonly receive: string;
}

export type Monitor = MonitorBase & { readonly monitorType: 'http' | 'tcp' | 'udp' };

export interface L4Profile {
  readonly class: 'L4_Profile';
  /** Seconds, −1–86400. */
  readonly idleTimeout: number;
  readonly looseInitialization?: true;
  readonly looseClose?: true;
}

export interface Persist {
  readonly class: 'Persist';
  readonly persistenceMethod: 'source-address';
  /** Seconds, 0–604800. */
  readonly duration: number;
}

export interface PoolMember {
  /** 0–65535; 0 keeps the port of the virtual server. */
  readonly servicePort: number;
  readonly serverAddresses: readonly [string];
  /** 0–100. */
  readonly ratio?: number;
  /** `disable`: what it has goes on, nothing new comes. */
  readonly adminState: 'enable' | 'disable';
  readonly monitors?: readonly Use[];
  /** All of the monitors must pass: how many they are, since `all` is a word of newer schemas only. The default is 1. */
  readonly minimumMonitors?: number;
  /** Nodes are made in /Common, so that other tenants may have the same addresses. */
  readonly shareNodes: true;
  /** Up to 64 characters. */
  readonly remark: string;
}

export interface Pool {
  readonly class: 'Pool';
  readonly loadBalancingMode: 'ratio-member' | 'round-robin';
  readonly monitors?: readonly Use[];
  readonly minimumMonitors?: number;
  readonly members: readonly PoolMember[];
}

export interface ServiceL4 {
  readonly class: 'Service_L4';
  /** Up to 64 characters. */
  readonly remark: string;
  readonly layer4: 'tcp' | 'udp';
  readonly virtualAddresses: readonly [string];
  /** 1–65535. */
  readonly virtualPort: number;
  readonly pool: string;
  readonly profileL4: Use;
  /** Empty where a source need not stay with its member: the default is `source-address`. */
  readonly persistenceMethods: readonly Use[];
  readonly snat: 'none' | 'auto';
  readonly translateServerAddress: boolean;
  readonly translateServerPort: boolean;
}

/** `Shared` is the one that the others of a tenant may refer to. Names: `^[A-Za-z][0-9A-Za-z_.-]*$`, 190 characters. */
export type Application<Template extends string, Member> = {
  readonly class: 'Application';
  readonly template: Template;
} & Readonly<Record<string, Member | string>>;

/** All that is one owner's: applications by their names. */
export type Tenant = Readonly<Record<string, unknown>> & {
  readonly class: 'Tenant';
  /** Whose it is; up to 64 characters. */
  readonly label?: string;
};

export interface Declaration {
  readonly class: 'AS3';
  readonly action: 'deploy';
  readonly persist: true;
  readonly declaration: Readonly<Record<string, unknown>> & {
    readonly class: 'ADC';
    readonly schemaVersion: string;
    readonly id: string;
    readonly label: string;
  };
}
