import type { ContractDeviations, ForeignContract } from "../contract/foreign-back-end.ts";

const NONE: ContractDeviations = {
  lacks: {},
  endpoints: {},
  request_fields: {},
  answer_fields: {},
  event_fields: {},
  store_names: {},
};

/** Where a backend that follows the contract is not as it says; nowhere where nothing was said. */
export function deviationsOf(contract: ForeignContract | undefined): ContractDeviations {
  return contract ?? NONE;
}
