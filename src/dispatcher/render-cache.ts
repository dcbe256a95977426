import type { Intent } from '../intent/model.ts';
import type { RenderedRules } from '../allocation/explain.ts';
import type { Rendering, Target } from '../targets/target.ts';

/** Renderings of the newest intent, each made when it is first asked for. */
export class RenderCache {
  private revision = '';
  private readonly renderings = new Map<string, Rendering>();

  constructor(readonly targets: readonly Target[]) {}

  render(target: Target, intent: Intent): Rendering {
    if (this.revision !== intent.revision) {
      this.revision = intent.revision;
      this.renderings.clear();
    }
    const cached = this.renderings.get(target.name);
    if (cached) return cached;
    const rendering = target.render(intent);
    this.renderings.set(target.name, rendering);
    return rendering;
  }

  /** What these targets make of the intent, as `explain` wants it. */
  rules(intent: Intent, targets: readonly Target[]): RenderedRules[] {
    return targets.map((target) => ({ target, rules: this.render(target, intent).rules }));
  }
}
