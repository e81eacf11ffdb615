import type { Role } from "../../config/service-config.ts";
import type { Rung } from "../climb-ladder.ts";
import { brokenRung } from "../symptom-explanations.ts";

/**
 * What was created is deleted when all else has been tried: so this is the last rung, of which a word is said only where a deletion
 * was seen to do nothing.
 *
 * @param undone what is shown still, in words
 */
export function deletionRung(service: Role, undone: readonly string[]): Rung<unknown> {
  return {
    id: `${service}/deletion`,
    service,
    name: "deletion",
    needs: [],
    look: async () =>
      undone.length === 0 ? undefined : brokenRung("not_deleted", { service, found: undone.join("; ") }),
  };
}
