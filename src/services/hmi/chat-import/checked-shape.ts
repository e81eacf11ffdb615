import type * as z from "zod";
import { ImportRefusal } from "./import-format.ts";

/** This many faults of one conversation are named. */
const NAMED_FAULTS = 3;

/** The value, where it has this shape. Throws an {@link ImportRefusal} that names its first faults by their places. */
export function checkedShape<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  throw importRefusalOf(error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`));
}

/** The refusal for these faults, of which there is one at least. */
export function importRefusalOf(faults: readonly string[]): ImportRefusal {
  const more = faults.length - NAMED_FAULTS;
  const named = faults.slice(0, NAMED_FAULTS).join("; ");
  return new ImportRefusal(more > 0 ? `${named}; and ${more} more` : named);
}
