import { WireError } from "../../contract/wire-error.ts";

/** True where an error says that the store cannot be used now, whatever is asked of it. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof WireError && (error.code === "store_full" || error.code === "store_unavailable");
}
