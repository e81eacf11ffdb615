import type { WireSettings } from "../../contract/wire-description.ts";
import { hasPlaceholder } from "./has-placeholder.ts";

/** The token as it is shown as a bearer: empty where a header of the wire shows it in its own way. */
export function bearerTokenOfWire({ headers }: Pick<WireSettings, "headers">, token = ""): string {
  return hasPlaceholder(headers, "token") ? "" : token;
}
