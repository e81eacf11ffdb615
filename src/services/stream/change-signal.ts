/** Lets one waiter know that something has changed. Whoever waits next hears only of what comes after. */
export class ChangeSignal {
  #resolve: (() => void) | undefined;

  /** Resolves at the next {@link wake}. */
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#resolve = resolve;
    });
  }

  wake(): void {
    this.#resolve?.();
    this.#resolve = undefined;
  }
}
