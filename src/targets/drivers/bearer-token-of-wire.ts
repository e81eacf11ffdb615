import type { WireSettings } from "../../contract/wire-description.ts";
import { hasSlot } from "./has-slot.ts";

/** The token as it is shown as a bearer: empty where a header of the wire shows it in its own way. */
export function bearerTokenOfWire({ headers }: Pick<WireSettings, "headers">, token = ""): string {
  return hasSlot(headers, "token") ? "" : token;
}
