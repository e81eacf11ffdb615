import { SERVICE_TITLES } from "./service-titles.ts";

/** A part of a chat stack that can be killed while it works. */
export type KillableService = "engine" | "gateway" | "hmi";

/**
 * How the services of a stack are killed, as a crash would end them. Only who runs a stack has one: what others run is
 * never killed.
 */
export interface ServiceKiller {
  /** Those that can be killed. */
  readonly services: ReadonlySet<KillableService>;
  /** Why others are not, as the end of a sentence: `somebody else runs it`. */
  readonly spared: { readonly [Service in KillableService]?: string };
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

/** What can be done to a target whose services can be killed. */
export type KillAbility = `kill the ${KillableService}` | "kill any service";

/** A message passes through these, from where it is sent. */
const WAY: readonly KillableService[] = ["hmi", "gateway", "engine"];

/**
 * Which of the services can be killed for a claim: only the death of what a message passes through says anything of
 * its reply.
 *
 * @param front the service that messages are sent to
 */
export function killAbilities(
  killer: ServiceKiller | undefined,
  front: KillableService,
): Record<KillAbility, boolean> {
  const passed = WAY.slice(WAY.indexOf(front)).filter((service) => killer?.services.has(service));
  return {
    "kill the engine": passed.includes("engine"),
    "kill the gateway": passed.includes("gateway"),
    "kill the hmi": passed.includes("hmi"),
    "kill any service": passed.length > 0,
  };
}

/** Why services are not killed, as far as there is a special reason; `driver` is the name of the wire. */
export function whyNotKilled(
  killer: ServiceKiller | undefined,
  front: KillableService,
  driver: string,
): { readonly [Ability in KillAbility]?: string } {
  const before = WAY.slice(0, WAY.indexOf(front));
  const reasonOf = (service: KillableService): string | undefined => {
    const title = SERVICE_TITLES[service];
    if (before.includes(service))
      return `by the wire of ${driver} messages go to the ${SERVICE_TITLES[front]}, and pass no ${title}`;
    const spared = killer?.spared[service];
    return spared === undefined ? undefined : `the ${title} is not killed: ${spared}`;
  };
  const reasons = WAY.map((service) => [`kill the ${service}`, reasonOf(service)] as const);
  return Object.fromEntries(reasons.filter(([, reason]) => reason !== undefined));
}
