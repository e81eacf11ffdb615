/**
 * Lets the loops of the supervisor wait for what they know to change, without a timer: whoever changes something
 * says so, and each waiter looks whether that was what it waits for.
 */
export class ChangeNotifier {
  #next = Promise.withResolvers<void>();

  /** Says that something has changed. */
  tell(): void {
    const told = this.#next;
    this.#next = Promise.withResolvers();
    told.resolve();
  }

  /** Resolves when the condition holds. It must be cheap, and depend only on what changes are told of. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#next.promise;
  }
}
