/** Long work in pieces, so that everything else in the process gets its turn. */

/** Time that work may take before it should rest. */
export class WorkBudget {
  readonly #budgetMs: number;
  #startMs = performance.now();

  constructor(budgetMs: number) {
    this.#budgetMs = budgetMs;
  }

  /** Whether the work should rest. */
  get isSpent(): boolean {
    return performance.now() - this.#startMs > this.#budgetMs;
  }

  /** The work begins anew, after it has waited for something. */
  renew(): void {
    this.#startMs = performance.now();
  }

  /** Lets timers and connections have their turn. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.renew();
  }
}
