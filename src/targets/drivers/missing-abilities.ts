import type { WireDescription } from "../../contract/wire-description.ts";
import { NEVER_JUDGED } from "../../harness/target-errors.ts";
import type { WireAbility } from "./chat-client.ts";
import { hasPlaceholder } from "./has-placeholder.ts";

interface Known {
  readonly isStandIn: boolean;
  /** The whole conversation goes with each message, and the back end keeps none. */
  readonly isKeptHere: boolean;
}

/** What says whose stream is asked for. */
const NAMES = ["conversation", "message", "reply"] as const;

/** What a described wire cannot do, each with which setting would say how it can. */
export function missingAbilities(
  driver: string,
  wire: WireDescription,
  { isStandIn, isKeptHere }: Known,
): Partial<Record<WireAbility, string>> {
  const unless = (isThere: boolean, what: string, setting?: string): string | undefined =>
    isThere
      ? undefined
      : `the wire of ${driver} has no ${what}${setting === undefined ? "" : ` (${setting} would say which)`}`;
  const keepsNothing = unless(!isKeptHere, "memory: each message brings its whole conversation");
  const noRead = unless(
    wire.read !== undefined,
    "call that streams a reply beside the one that asks for it",
    "contract.wire.read",
  );
  const isNamed = NAMES.some((name) => hasPlaceholder(wire.read, name));
  const lacking: Record<WireAbility, string | undefined> = {
    "keep profiles": unless(false, "profiles"),
    "show rows":
      keepsNothing ?? unless(wire.rows !== undefined, "call that lists what was said", "contract.wire.rows"),
    "list conversations":
      keepsNothing ??
      unless(
        wire.conversations !== undefined,
        "call that lists conversations",
        "contract.wire.conversations",
      ),
    "delete conversations": unless(
      isKeptHere || wire.delete_conversation !== undefined,
      "call that deletes a conversation",
      "contract.wire.delete_conversation",
    ),
    cancel: unless(wire.cancel !== undefined, "way to end a reply", "contract.wire.cancel"),
    "read a reply again":
      wire.stream.channel === undefined
        ? noRead
        : `by the wire of ${driver} several replies come on one stream (contract.wire.stream.channel): whether that tells one again to who opens it later is not known`,
    "listen to a reply":
      noRead ??
      (wire.stream.channel === undefined || isNamed
        ? undefined
        : `by the wire of ${driver} replies come on one stream, whose address names none (contract.wire.read): nobody can ask for another's`),
    "list models": unless(wire.models !== undefined, "call that lists models", "contract.wire.models"),
    "choose a model": unless(
      hasPlaceholder(wire.send, "model"),
      "place for a model's name in a message",
      "{model} in contract.wire.send",
    ),
    "report health": unless(wire.health !== undefined, "health report", "contract.wire.health"),
    "remember conversations": keepsNothing,
    "outlive its reader":
      wire.cancel === "close"
        ? `by the wire of ${driver} a reply is ended by closing its stream (contract.wire.cancel: close)`
        : undefined,
    "cancel by a call":
      wire.cancel === "close"
        ? `by the wire of ${driver} a reply is ended by closing its stream, and there is no call that would: ${NEVER_JUDGED}`
        : undefined,
    "tell thoughts": unless(
      wire.stream.thought !== undefined,
      "place for what a model thinks",
      "contract.wire.stream.thought",
    ),
    "tell failures": unless(
      wire.stream.failure !== undefined,
      "word for a reply that fails",
      "contract.wire.stream.failure",
    ),
    "push replies": whyUnpushed(driver, wire),
    "hand options on": unless(
      isStandIn || hasPlaceholder(wire.send, "options") || hasPlaceholder(wire.send, "max_tokens"),
      "place for the engine's options in a message",
      "{options} or {max_tokens} in contract.wire.send",
    ),
  };
  return Object.fromEntries(Object.entries(lacking).filter(([, reason]) => reason !== undefined)) as Partial<
    Record<WireAbility, string>
  >;
}

function whyUnpushed(driver: string, { stream: { framing } }: WireDescription): string | undefined {
  const how =
    framing === "polled"
      ? "asked for again and again"
      : framing === "json"
        ? "one answer, when it is whole"
        : undefined;
  return (
    how &&
    `by the wire of ${driver} a reply is ${how} (contract.wire.stream.framing: ${framing}): when its words were written is not told`
  );
}
