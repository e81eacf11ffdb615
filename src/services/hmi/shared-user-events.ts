import * as z from "zod";
import { type Session, UserEvent } from "../../contract/hmi-schemas.ts";
import type { ReplicaBus } from "../replicas/replica-bus.ts";
import type { UserEvents } from "./user-events.ts";

/** Where it is told what happens in users' conversations. */
export type UserEventPublisher = Pick<UserEvents, "publish">;

export interface SharedUserEventsParts {
  readonly events: UserEvents;
  readonly bus: ReplicaBus;
  /** A user's conversation as it is now; rejects where there is none, or it cannot be read. */
  readonly sessionOf: (user: string, sessionId: string) => Promise<Session>;
}

const TOPIC = "user-event";

/** An event as copies tell it: of a conversation only its id, for a title has no bounds that all of them keep. */
const ToldEvent = z.object({
  user: z.string(),
  event: z.union([z.object({ type: z.literal("session_changed"), session_id: z.string() }), UserEvent]),
});
type ToldEvent = z.output<typeof ToldEvent>;

/** Users' events of all copies of the HMI: what happens at one is told at each, in that one's order. */
export class SharedUserEvents implements UserEventPublisher {
  readonly #parts: SharedUserEventsParts;
  /** The events of others that wait until the conversations that they tell of are read, by user. */
  readonly #waiting = new Map<string, Promise<void>>();

  constructor(parts: SharedUserEventsParts) {
    this.#parts = parts;
    parts.bus.subscribe(TOPIC, {
      onMessage: (message) => {
        const told = ToldEvent.safeParse(message);
        // A copy of another version may tell what this one does not know.
        if (told.success) this.#hear(told.data);
      },
      onGap: () => parts.events.resetAll(),
    });
  }

  publish(user: string, event: UserEvent): void {
    const { events, bus } = this.#parts;
    events.publish(user, event);
    const told =
      event.type === "session_changed" ? { type: event.type, session_id: event.session.session_id } : event;
    bus.publish(TOPIC, { user, event: told } satisfies ToldEvent);
  }

  #hear({ user, event }: ToldEvent): void {
    if (!this.#parts.events.hasHadReader(user)) return;
    const before = this.#waiting.get(user) ?? Promise.resolve();
    const told = before
      .then(() => this.#tell(user, event))
      .finally(() => {
        if (this.#waiting.get(user) === told) this.#waiting.delete(user);
      });
    this.#waiting.set(user, told);
  }

  async #tell(user: string, event: ToldEvent["event"]): Promise<void> {
    const { events, sessionOf } = this.#parts;
    if (event.type !== "session_changed" || "session" in event) {
      events.publish(user, event);
      return;
    }
    try {
      events.publish(user, { type: "session_changed", session: await sessionOf(user, event.session_id) });
    } catch {
      // It is gone, or cannot be read: whoever is shown it looks for itself.
      events.publish(user, { type: "reset" });
    }
  }
}
