import type { ProviderFunction } from '../plugin/provider.ts';
import { mediaPorts } from './media-ports.ts';
import { place } from './place.ts';

/** Sorted by name. */
export const FUNCTIONS: readonly ProviderFunction[] = [mediaPorts, place];
