import { PLACEHOLDER, type WirePlaceholder } from "../../contract/wire-placeholders.ts";

/** Whether a call, its body or its path, has a place for this. */
export function hasPlaceholder(request: unknown, placeholder: WirePlaceholder): boolean {
  return [...JSON.stringify(request ?? "").matchAll(PLACEHOLDER)].some(([, name]) => name === placeholder);
}
