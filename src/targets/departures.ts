import type { Departures, ForeignContract } from "../contract/foreign-back-end.ts";

const NONE: Departures = {
  lacks: {},
  endpoints: {},
  request_fields: {},
  answer_fields: {},
  event_fields: {},
  store_names: {},
};

/** Where a backend that follows the contract is not as it says; nowhere where nothing was said. */
export function departuresOf(contract: ForeignContract | undefined): Departures {
  return contract ?? NONE;
}
