import type { Departures, ForeignContract } from "../../contract/foreign.ts";
import { seeds } from "./seeds.ts";

const OURS: Departures = {
  lacks: {},
  endpoints: {},
  request_fields: {},
  answer_fields: {},
  event_fields: {},
  store_names: {},
};

const PROFILES = { ours: OURS, seeds } as const satisfies Record<ForeignContract["profile"], Departures>;

/** What a profile says together with what is given beside it, which counts where both say something. */
export function departuresOf(contract: ForeignContract | undefined): Departures {
  if (contract === undefined) return OURS;
  const profile = PROFILES[contract.profile];
  return {
    lacks: { ...profile.lacks, ...contract.lacks },
    endpoints: { ...profile.endpoints, ...contract.endpoints },
    request_fields: { ...profile.request_fields, ...contract.request_fields },
    answer_fields: { ...profile.answer_fields, ...contract.answer_fields },
    event_fields: { ...profile.event_fields, ...contract.event_fields },
    store_names: { ...profile.store_names, ...contract.store_names },
  };
}
