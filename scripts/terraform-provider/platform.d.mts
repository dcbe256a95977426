export declare const PLATFORM: string;
export declare const PLATFORMS: readonly string[];
