import { bearerGuard } from "./bearer-token.ts";
import type { CallGuard } from "./guarded-server.ts";
import { type OwnNames, programsOnly } from "./host-and-origin-policies.ts";

/** Who may read what a listener has written down of the talk of others. */
export interface RecordAccess extends OwnNames {
  /** Whoever reads it must show it; empty, or left out: nobody is asked. */
  readonly token?: string | undefined;
}

/** How such a record is guarded: only programs may read it, and only those that show the token where there is one. */
export function recordGuard(access: RecordAccess): Omit<CallGuard, "deed"> {
  return { policy: programsOnly(access), refusalOfToken: bearerGuard(access.token) };
}
