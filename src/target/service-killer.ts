/** A part of a chat stack that can be killed while it works. */
export type KillableService = "engine" | "gateway" | "hmi";

/**
 * How the services of a stack are killed, as a crash would end them. Only who runs a stack has one: what others run is
 * never killed.
 */
export interface ServiceKiller {
  /** Those that can be killed. */
  readonly services: ReadonlySet<KillableService>;
  /**
   * Ends all processes of the service at once, and has it started again; resolves once they are gone. Throws a UserError
   * where it may not be killed now.
   */
  kill(service: KillableService, signal: AbortSignal): Promise<void>;
  /** How all services of the stack are now, also those that cannot be killed. */
  look(): Promise<readonly KeptServiceState[]>;
}

/** How a service is that is started again where it ends. */
export interface KeptServiceState {
  readonly name: string;
  /** `up`: it does its work; `coming`: it is on its way there; `down`: nobody starts it again. */
  readonly state: "up" | "coming" | "down";
  /** How often it was started again because it had ended. */
  readonly restarts: number;
  /** What is wrong with it, as the end of a sentence; null where nothing is. */
  readonly problem: string | null;
}
