import type { ModelList } from "../src/contract/common-schemas.ts";
import type { StreamEvent } from "../src/contract/event-schemas.ts";
import type { AgentList, Message, SentMessage, Session } from "../src/contract/hmi-schemas.ts";
import type { Profile } from "../src/contract/profile-schemas.ts";
import type { PageProblem, ShownMessage } from "./chat-state.ts";
import type { OpenConversation } from "./page-address.ts";
import type { AttachedPicture } from "./picture-file.ts";
import type { CheckedService } from "./service-health.ts";
import type { ThinkChoice } from "./think-options.ts";

/** What can happen to the page. */
export type ChatAction = ListAction | PlaceAction | ChoiceAction | ExchangeAction | TroubleAction;

/** What there is to choose from. */
export type ListAction =
  | { readonly type: "models_listed"; readonly list: ModelList }
  | { readonly type: "agents_listed"; readonly list: AgentList }
  | { readonly type: "profiles_listed"; readonly profiles: readonly Profile[] }
  | {
      readonly type: "sessions_listed";
      readonly modelId: number | null;
      readonly sessions: readonly Session[];
      readonly total: number;
    }
  /** A conversation has another title, or was archived or brought back. */
  | { readonly type: "session_changed"; readonly session: Session };

/** What is open. */
export type PlaceAction =
  | { readonly type: "conversation_opening"; readonly place: OpenConversation }
  | { readonly type: "conversation_opened"; readonly session: Session; readonly messages: readonly Message[] }
  | { readonly type: "conversation_unavailable"; readonly sessionId: string; readonly problem: PageProblem }
  | { readonly type: "conversation_blank"; readonly modelId: number | null }
  | { readonly type: "conversation_archived"; readonly session: Session }
  | { readonly type: "archived_dismissed" }
  /** `modelId` is the profile to go back to. */
  | { readonly type: "place_missing"; readonly modelId: number | null; readonly problem: PageProblem };

/** What the next message is to be. */
export type ChoiceAction =
  | { readonly type: "draft_changed"; readonly draft: string }
  /** What could not be sent goes back to the place (see `draftKey`) that it was written in, open or not. */
  | { readonly type: "draft_returned"; readonly key: string; readonly text: string }
  | { readonly type: "model_chosen"; readonly model: string }
  | { readonly type: "pictures_added"; readonly key: string; readonly pictures: readonly AttachedPicture[] }
  | { readonly type: "picture_removed"; readonly picture: AttachedPicture }
  | { readonly type: "think_chosen"; readonly think: ThinkChoice }
  | { readonly type: "agent_chosen"; readonly agentId: string };

/** A message, and its reply. `at` is when it happened, in milliseconds since 1970. */
export type ExchangeAction =
  | { readonly type: "send_started"; readonly text: string; readonly at: number }
  /** As `send_started`, of what does not stand in the composer. */
  | { readonly type: "send_resumed"; readonly text: string; readonly at: number }
  /** The HMI is being stopped: it is sent again. */
  | { readonly type: "send_delayed" }
  | { readonly type: "send_accepted"; readonly sent: SentMessage }
  | { readonly type: "send_failed"; readonly text: string; readonly problem: PageProblem }
  /** What seemed not to have been sent was: only the answer was lost on the way. */
  | { readonly type: "send_confirmed"; readonly text: string }
  | { readonly type: "regenerate_started"; readonly at: number }
  /** `edits` is the message that another version takes the place of. */
  | { readonly type: "edit_started"; readonly edits: string; readonly text: string; readonly at: number }
  | {
      readonly type: "regenerate_failed";
      readonly messages: readonly ShownMessage[];
      readonly problem: PageProblem;
    }
  | { readonly type: "reply_continued"; readonly events: readonly StreamEvent[]; readonly at: number }
  | { readonly type: "reply_unavailable"; readonly problem: PageProblem }
  | { readonly type: "connection_lost"; readonly retryInMs: number; readonly problem: PageProblem | null }
  | { readonly type: "connection_restored" }
  | { readonly type: "stop_requested" }
  | { readonly type: "stop_failed"; readonly problem: PageProblem };

/** What is wrong, or no longer. */
export type TroubleAction =
  | { readonly type: "failed"; readonly problem: PageProblem }
  | { readonly type: "problem_dismissed" }
  | { readonly type: "services_checked"; readonly services: readonly CheckedService[] }
  | { readonly type: "token_wanted"; readonly isRefused: boolean }
  | { readonly type: "token_given" }
  | { readonly type: "page_outdated" };
