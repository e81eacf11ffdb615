import type { ReplicaBus, ReplicaListener } from "../../src/services/replicas/replica-bus.ts";

/** The buses of copies of a service that are in one process. */
export class InProcessBuses {
  readonly #buses = new Set<InProcessBus>();

  /** The bus of another copy. */
  join(): ReplicaBus {
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

class InProcessBus implements ReplicaBus {
  readonly #listeners: { readonly topic: string; readonly listener: ReplicaListener }[] = [];
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

  subscribe(topic: string, listener: ReplicaListener): void {
    this.#listeners.push({ topic, listener });
  }

  hear(topic: string, message: unknown): void {
    for (const each of this.#listeners) if (each.topic === topic) each.listener.onMessage(message);
  }

  async close(): Promise<void> {
    this.#left(this);
  }
}
