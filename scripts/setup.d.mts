interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
}
type Lock = Readonly<Record<string, LockedPackage>>;

export function installed(lock: Lock, found: Lock): boolean;

/** The folder of the package, absolute. */
export declare const root: string;

/** Whether dist is of the sources as they are. */
export function isBuilt(): boolean;
