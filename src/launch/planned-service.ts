import type { ServiceSpec } from "../supervisor/service-spec.ts";

/** A service of the stack, as it is meant to be. */
export interface PlannedService {
  /** Its own: of a copy beside others `gateway-2`; of the first copy the service's. */
  readonly name: string;
  /** The configured service that it is, or is a copy of. */
  readonly service: string;
  /**
   * What it is: ours (`embedded`, `stand-in`), Ollama, a server of OpenAI's wire, a program of the user's that goes
   * on or is a job, or an address.
   */
  readonly kind: "embedded" | "stand-in" | "ollama" | "openai" | "command" | "job" | "url";
  /** True where somebody else runs it: it is looked at, and never started or stopped. Its command says nothing. */
  readonly isExternal: boolean;
  readonly spec: ServiceSpec;
}
