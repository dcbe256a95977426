interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
}
type Lock = Readonly<Record<string, LockedPackage>>;

export function installed(lock: Lock, found: Lock): boolean;
