import type { EngineModel } from "../src/contract/common-schemas.ts";
import type { Agent, Message, Session } from "../src/contract/hmi-schemas.ts";
import type { Profile } from "../src/contract/profile-schemas.ts";
import type { Summary } from "./context-marks.ts";
import type { Drafts } from "./drafts.ts";
import type { AttachedPicture } from "./picture-file.ts";
import type { ReplyTiming } from "./reply-timing.ts";
import type { CheckedService } from "./service-health.ts";
import type { ThinkChoice } from "./think-options.ts";

/** A message as the page shows it: the part of a row that matters here, also before the row is known. */
export type ShownMessage = ReplyTiming &
  Pick<
    Message,
    | "message_id"
    | "role"
    | "content"
    | "thinking"
    | "thinking_ms"
    | "images"
    | "status"
    | "model_name"
    | "usage"
    | "timings"
    | "notices"
    | "error"
    | "timestamp"
    | "versions"
  > & {
    /** Of a message that this page has sent: its pictures, before it knows under which names they are kept. */
    readonly pictures?: readonly AttachedPicture[];
    /** Of a reply: it has been followed since there was nothing of it, so that all of it is read out. */
    readonly isSeenFromStart?: boolean;
  };

/** What went wrong outside a reply, and what Retry does about it. */
export interface PageProblem {
  readonly message: string;
  readonly hint?: string | undefined;
  /**
   * `load` loads the page's data again; `send` sends the draft again; `regenerate` asks for the last reply
   * again; null where retrying makes no sense.
   */
  readonly retry: "load" | "send" | "regenerate" | null;
  /** It came of an HMI that could not be reached. */
  readonly isOutage?: boolean;
}

/**
 * What the open conversation is doing: being fetched, at rest, or somewhere between a message sent and
 * its reply ended.
 */
export type Phase = "opening" | "idle" | "sending" | "waiting" | "writing" | "stopping" | "reconnecting";

/** What a reply without text waits for, where that is known: `restart` of an HMI that takes no message now. */
export type Waiting = "restart" | "queued" | "loading" | "thinking" | null;

/** Whether the HMI lets the page in: it may ask for a token, or refuse the one that it was given. */
export type Access = "open" | "token_wanted" | "token_refused";

/** Everything that the page shows. */
export interface ChatState {
  readonly access: Access;
  /** The HMI first, then what it needs; empty until it was asked. */
  readonly services: readonly CheckedService[];
  readonly models: readonly EngineModel[];
  /** False until the engine's models were asked for, or something went wrong: nothing is told of them before. */
  readonly areModelsKnown: boolean;
  /** The model that is used where nobody chose one. */
  readonly defaultModel: string | null;
  readonly agents: readonly Agent[];
  /** As with the models. */
  readonly areAgentsKnown: boolean;
  readonly defaultAgent: string | null;
  readonly profiles: readonly Profile[];
  /** Newest first, of the profile `sessionsOf`; `sessionsTotal` counts also those that are not loaded. */
  readonly sessions: readonly Session[];
  readonly sessionsOf: number | null;
  readonly sessionsTotal: number;
  /** The profile of the open conversation; null for a general one. */
  readonly modelId: number | null;
  /** The conversation that is open or being opened; null for one that does not exist yet. */
  readonly sessionId: string | null;
  /** The conversation that `messages` belong to. */
  readonly session: Session | null;
  readonly messages: readonly ShownMessage[];
  /** What stands for the first of them. */
  readonly summaries: readonly Summary[];
  /** Why there is nothing at this address; null where there is something. */
  readonly missing: PageProblem | null;
  /** Null where nobody chose: see `selectedModel` and `selectedAgent`. */
  readonly chosenModel: string | null;
  readonly chosenAgent: string | null;
  /** For the models that can think. */
  readonly chosenThink: ThinkChoice;
  /** What stands in the composer. */
  readonly draft: string;
  /** Those that go with the next message, by `draftKey`. */
  readonly pictures: Readonly<Record<string, readonly AttachedPicture[]>>;
  /** What was written in other places. */
  readonly drafts: Drafts;
  readonly phase: Phase;
  /** While `sending` or `waiting`: for what. */
  readonly waiting: Waiting;
  /** While `reconnecting`: how long until the next attempt, in milliseconds. */
  readonly retryInMs: number;
  readonly problem: PageProblem | null;
  /** The conversation that was just archived, which can still be undone. */
  readonly archived: Session | null;
  /** The HMI has another version of this page by now. */
  readonly isOutdated: boolean;
}

export const INITIAL_STATE: ChatState = {
  access: "open",
  services: [],
  models: [],
  areAgentsKnown: false,
  areModelsKnown: false,
  defaultModel: null,
  agents: [],
  defaultAgent: null,
  profiles: [],
  sessions: [],
  sessionsOf: null,
  sessionsTotal: 0,
  modelId: null,
  sessionId: null,
  session: null,
  messages: [],
  summaries: [],
  missing: null,
  chosenModel: null,
  chosenAgent: null,
  chosenThink: null,
  draft: "",
  drafts: {},
  pictures: {},
  phase: "opening",
  waiting: null,
  retryInMs: 0,
  problem: null,
  archived: null,
  isOutdated: false,
};
