import { valueAt } from "../../targets/drivers/json-place.ts";
import type { DescribedFault } from "./described-fault.ts";
import { rewriteRows, withValueAt } from "./shown-rows.ts";

/** Who speaks is the other one after a reload. */
export const rolesSwapped: DescribedFault = {
  name: "roles-swapped",
  story: "After a reload what the person said is shown as the assistant's, and the reply as the person's.",
  seenIn: "contract.wire.rows.role: who speaks",
  caughtBy: ["model-conversation/reload", "persistence/row-order"],
  changes: "who speaks in the list that contract.wire.rows names (rows.role)",
  begin(wire, onApplied) {
    const place = wire.rows?.role;
    if (place === undefined) return undefined;
    return rewriteRows(
      wire,
      (rows) => {
        const words = [...new Set(rows.map((row) => valueAt(row, place)))];
        if (words.length !== 2) return rows;
        return rows.map((row) =>
          withValueAt(
            row,
            place,
            words.find((word) => word !== valueAt(row, place)),
          ),
        );
      },
      onApplied,
    );
  },
};
