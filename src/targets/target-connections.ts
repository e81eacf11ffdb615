import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import type { Target, TargetUrls } from "./open-target.ts";
import { adviceForSilence } from "./service-address-source.ts";
import type { MetReplicas } from "./service-replicas.ts";
import { SERVICE_TITLES } from "./service-titles.ts";

/** What is closed at the end. */
export interface Closable {
  close(): Promise<void>;
}

/** What services are connected with. */
export interface Connecting {
  readonly given: TargetUrls;
  /** A deadline for what a service that works answers at once; counts from now, whatever was waited for before. */
  soon(): AbortSignal;
  /** What is to be closed at the end. */
  readonly opened: Closable[];
}

/** The services of a target as they are talked to. */
export interface TargetServices
  extends Pick<Target, "hmi" | "gateway" | "chat" | "front" | "plainHttp" | "models" | "otherPerson"> {
  readonly speaksContract: boolean;
  /** Undefined where there is nothing that could be asked for them. */
  readonly copies: MetReplicas | undefined;
}

/** What is said of a service that does not answer, with what there is to do about it. */
export function doesNotAnswer(
  name: keyof typeof SERVICE_TITLES,
  url: string,
  error: unknown,
  { origins }: Pick<TargetUrls, "origins">,
): UserError {
  const why = messageOf(error);
  return new UserError("unreachable", `The ${SERVICE_TITLES[name]} at ${url} does not answer: ${why}.`, {
    hint: adviceForSilence(name, origins?.[name], why),
    cause: error,
  });
}
