import { randomUUID } from "node:crypto";
import type { Role } from "../../config/service-config.ts";
import { mayBeOneModel } from "../../contract/model-names.ts";
import { replyGeneration } from "../../targets/reply-generation.ts";
import type { RungFinding } from "../climb-ladder.ts";
import type { ExaminedStack } from "../doctor-context.ts";
import { brokenRung } from "../symptom-explanations.ts";
import type { SeenEngine } from "./observe-engine.ts";

/** A short question that nobody has asked before: what was said before may be kept, with its reply. */
export function sayOk(): string {
  return `Say OK (stack doctor ${randomUUID()})`;
}

/** The model of a message that names none, at a service of this stack; of one elsewhere nobody knows its settings. */
export function wantedByDefault(
  { services, notes }: ExaminedStack,
  service: "gateway" | "hmi",
): Pick<AnsweredMessage, "wanted" | "wantedBy"> {
  const isOurs = services[service]?.state !== undefined;
  return { wanted: isOurs ? notes.model : null, wantedBy: "its default is" };
}

/** A reply that came, and what it was asked of. */
export interface AnsweredMessage {
  /** Who answered. */
  readonly service: Role;
  /** What was said, without what directs the stand-in. */
  readonly message: string;
  readonly text: string;
  /** The model that it had to be asked of; null where nobody said one. */
  readonly wanted: string | null;
  /** Who says so, in words that go before the model: `the message asked for`. */
  readonly wantedBy: string;
  /** The name that the reply itself gives its model; null where it gives none. */
  readonly told: string | null;
  /** The models of the engine, by its own names; empty where they are not known. */
  readonly installed: readonly string[];
}

/**
 * From which model a reply is, as far as that was seen: broken where the engine was asked for another model than the one
 * that was wanted, or for nothing at all.
 */
export function judgeEngineUse(reply: AnsweredMessage, seen: SeenEngine): RungFinding {
  const { service, wanted, wantedBy, text } = reply;
  if (seen.asked === undefined) return judgeTold(reply, seen);
  const asked = replyGeneration(seen.asked, reply.message)?.model;
  if (asked !== undefined) {
    if (wanted === null || mayBeOneModel(asked, wanted)) {
      return { status: "holds", text: `a message is answered by ${asked}, which the engine was asked for` };
    }
    // Names of the back end's own stand for whatever it says.
    if (!isInstalled(reply, wanted)) {
      return { status: "holds", text: `a message is answered by ${asked}, which stands behind ${wanted}` };
    }
    return brokenRung("other_model", {
      service,
      wanted,
      wantedBy,
      seen: `the engine was asked for ${asked}`,
    });
  }
  if (!seen.isUnasked) {
    const count = seen.asked.length;
    const text = `a message is answered; none of the ${count} requests that the engine had meanwhile shows it, so whose words they are is not told`;
    return { status: "holds", text };
  }
  // It may have passed the tap by.
  const used = seen.used ?? [];
  if (used.length > 0) {
    const text = `a message is answered; nothing came to ${seen.at}, but by its /api/ps the engine has used ${used.join(", ")} meanwhile: it may have been asked past that`;
    return { status: "holds", text };
  }
  const isOthers = wanted !== null && reply.installed.length > 0 && !isInstalled(reply, wanted);
  if (isOthers) {
    const text = `a message is answered, and not by the engine: nothing came to ${seen.at}, which has no ${wanted}`;
    return { status: "holds", text };
  }
  return brokenRung("not_from_engine", { service, text, at: seen.at });
}

/** By the reply's own word alone: a name counts where the engine has a model of it, and may else be anybody's for any model. */
function judgeTold(reply: AnsweredMessage, seen: SeenEngine): RungFinding {
  const { service, wanted, wantedBy, told } = reply;
  const isOther = wanted !== null && told !== null && !mayBeOneModel(told, wanted);
  if (isOther && isInstalled(reply, told) && isInstalled(reply, wanted)) {
    return brokenRung("other_model", {
      service,
      wanted,
      wantedBy,
      seen: `the reply says that it is by ${told}`,
    });
  }
  return { status: "holds", text: `a message is answered${unseen(reply, seen)}` };
}

/** What may be said where nobody has seen what the engine was asked. */
function unseen({ wanted, wantedBy, told }: AnsweredMessage, { used = [], whyUnseen }: SeenEngine): string {
  const says = told === null ? "" : `, by ${told} as it says itself`;
  const named = told === null && wanted !== null ? `; ${wantedBy} ${wanted}` : "";
  const seen = used.length === 0 ? "" : ` (by its /api/ps it has used ${used.join(", ")} meanwhile)`;
  return `${says}${named}; which model the engine was asked for cannot be seen ${whyUnseen}${seen}`;
}

function isInstalled({ installed }: AnsweredMessage, wanted: string): boolean {
  return installed.some((name) => mayBeOneModel(name, wanted));
}
