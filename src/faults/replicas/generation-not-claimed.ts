import type { Fault } from "../fault.ts";

export const generationNotClaimed: Fault = {
  name: "generation-not-claimed",
  story:
    "A gateway asks the engine without saying so in the database: another one asks it for the same reply.",
  seenIn: "the contract, section 9: a generation is claimed before the engine is asked",
  caughtBy: ["replicas/gateway-once"],
  actsIn: ["replicas"],
  ofCopies: true,
  overrides: (onApplied) => ({
    store(store) {
      const { generations } = store;
      if (generations === undefined) return store;
      const claim = async (): Promise<undefined> => {
        onApplied();
        return undefined;
      };
      return {
        ...store,
        generations: {
          takeOverMs: generations.takeOverMs,
          announce: (url) => generations.announce(url),
          isOwnKey: (key) => generations.isOwnKey(key),
          claim,
          claimWaiting: claim,
          find: async () => undefined,
          end: async () => undefined,
          forget: async () => undefined,
          close: () => generations.close(),
        },
      };
    },
  }),
};
