import type { ProviderFunction } from '../plugin/provider.ts';
import { mediaPorts } from './media-ports.ts';
import { place } from './place.ts';
import { render } from './render.ts';

/** Sorted by name. */
export const FUNCTIONS: readonly ProviderFunction[] = [mediaPorts, place, render];
