export declare const DEFAULT_MIRROR: string;
export declare function installProvider(options: {
  readonly bundle: string;
  readonly name: string;
  readonly version: string;
  readonly mirror?: string;
}): string;
export declare function requirement(name: string, version: string): string;
