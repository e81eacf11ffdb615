/** What a copy of a service hears of the others. */
export interface ReplicaListener {
  /** Told what another copy has published: as it was given there, by way of JSON. */
  onMessage(message: unknown): void;
  /** Told when something may have been missed: whoever relies on having heard all looks again. */
  onGap(): void;
}

/**
 * What the copies of a service tell each other. Nobody hears of what it has published itself. A message is small: ids,
 * and no contents, which are read from the store. What one copy publishes arrives in its order at each.
 */
export interface ReplicaBus {
  /** Tells the other copies, soon; where that cannot be done, they are told of a gap once it can. Never throws. */
  publish(topic: string, message: object): void;
  /** From now on until the bus is closed. */
  subscribe(topic: string, listener: ReplicaListener): void;
  close(): Promise<void>;
}

/** The bus of a copy that has no others. */
export const NO_OTHER_REPLICAS: ReplicaBus = {
  publish: () => undefined,
  subscribe: () => undefined,
  close: async () => undefined,
};
