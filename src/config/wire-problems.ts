import { type ConfigProblem, isRecord } from "./config-layer.ts";
import { problemsOf } from "./schema-problems.ts";
import { PLAIN_WORDS } from "./zod-error-messages.ts";

/** What is wrong with the description of a wire, at its own places; nothing where none is given, or it is none at all. */
export async function wireDescriptionProblems(contract: unknown): Promise<ConfigProblem[]> {
  const wire = isRecord(contract) ? contract["wire"] : undefined;
  if (!isRecord(wire) || Object.keys(wire).length === 0) return [];
  const { WireDescriptionSchema } = await import("../contract/wire-description.ts");
  const { error } = WireDescriptionSchema.safeParse(wire, PLAIN_WORDS);
  return error === undefined ? [] : problemsOf(WireDescriptionSchema, error, { above: ["contract", "wire"] });
}
