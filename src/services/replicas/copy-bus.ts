/** What a copy of a service hears of the others. */
export interface CopyListener {
  /** Told what another copy has published: as it was given there, by way of JSON. */
  onMessage(message: unknown): void;
  /** Told when something may have been missed: whoever relies on having heard all looks again. */
  onGap(): void;
}

/**
 * What the copies of a service tell each other. Nobody hears of what it has published itself. A message is small: ids,
 * and no contents, which are read from the store. What one copy publishes arrives in its order at each.
 */
export interface CopyBus {
  /** Tells the other copies, soon; where that cannot be done, they are told of a gap once it can. Never throws. */
  publish(topic: string, message: object): void;
  /** From now on until the bus is closed. */
  subscribe(topic: string, listener: CopyListener): void;
  close(): Promise<void>;
}

/** The bus of a copy that has no others. */
export const NO_OTHER_COPIES: CopyBus = {
  publish: () => undefined,
  subscribe: () => undefined,
  close: async () => undefined,
};

/** Copies of a service in one process, as in tests. */
export class InProcessBuses {
  readonly #buses = new Set<InProcessBus>();

  /** The bus of another copy. */
  join(): CopyBus {
    const bus = new InProcessBus(
      (from, topic, message) => this.#deliver(from, topic, message),
      (closed) => this.#buses.delete(closed),
    );
    this.#buses.add(bus);
    return bus;
  }

  #deliver(from: InProcessBus, topic: string, message: object): void {
    const text = JSON.stringify(message);
    // As between processes: nobody hears of it in the same breath.
    setImmediate(() => {
      for (const bus of this.#buses) if (bus !== from) bus.hear(topic, JSON.parse(text));
    });
  }
}

class InProcessBus implements CopyBus {
  readonly #listeners: { readonly topic: string; readonly listener: CopyListener }[] = [];
  readonly #deliver: (from: InProcessBus, topic: string, message: object) => void;
  readonly #left: (self: InProcessBus) => void;

  constructor(
    deliver: (from: InProcessBus, topic: string, message: object) => void,
    left: (self: InProcessBus) => void,
  ) {
    this.#deliver = deliver;
    this.#left = left;
  }

  publish(topic: string, message: object): void {
    this.#deliver(this, topic, message);
  }

  subscribe(topic: string, listener: CopyListener): void {
    this.#listeners.push({ topic, listener });
  }

  hear(topic: string, message: unknown): void {
    for (const each of this.#listeners) if (each.topic === topic) each.listener.onMessage(message);
  }

  async close(): Promise<void> {
    this.#left(this);
  }
}
