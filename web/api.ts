import type { ErrorBody, ModelList } from "../src/contract/common.ts";
import type { CancelAnswer } from "../src/contract/gateway.ts";
import type {
  AgentList,
  MessageList,
  NewSession,
  SendMessage,
  SentMessage,
  SessionAnswer,
  SessionList,
} from "../src/contract/hmi.ts";
import { hmiRoutes, type Route } from "../src/contract/routes.ts";

/** Longest wait for an answer. The HMI itself gives its gateway 15 s, and then says what is wrong. */
const ANSWER_TIMEOUT_MS = 30_000;

/** A call that failed, in words for the page. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** One of the contract's codes, or `hmi_unreachable`. */
  readonly code: string;
  readonly hint: string | undefined;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, { code, message, hint }: ErrorBody["error"]) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

/** The HMI's calls that the page makes. Each throws an ApiError. */
export interface Api {
  models(): Promise<ModelList>;
  agents(): Promise<AgentList>;
  /** The newest `limit` conversations. */
  sessions(limit: number): Promise<SessionList>;
  messages(sessionId: string): Promise<MessageList>;
  newSession(body: NewSession): Promise<SessionAnswer>;
  sendMessage(body: SendMessage): Promise<SentMessage>;
  cancel(sessionId: string): Promise<CancelAnswer>;
  deleteSession(sessionId: string): Promise<unknown>;
}

/** `origin` is empty in the page, which calls the HMI that it came from. */
export function createApi(origin = ""): Api {
  // The HMI that answers is the one that served this page, so its answers have the contract's types.
  const call = async <Answer>(route: Route, path: string, body?: unknown): Promise<Answer> => {
    const response = await request(origin + path, {
      method: route.method,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return (await response.json()) as Answer;
  };
  const { models, agents, sessions, messages, newSession, sendMessage, cancel, deleteSession } = hmiRoutes;
  return {
    models: () => call(models, models.path()),
    agents: () => call(agents, agents.path()),
    sessions: (limit) => call(sessions, sessions.path(undefined, { limit })),
    messages: (session_id) => call(messages, messages.path({ session_id })),
    newSession: (body) => call(newSession, newSession.path(), body),
    sendMessage: (body) => call(sendMessage, sendMessage.path(), body),
    cancel: (session_id) => call(cancel, cancel.path({ session_id })),
    deleteSession: (session_id) => call(deleteSession, deleteSession.path({ session_id })),
  };
}

/** `fetch`, with everything but a success thrown as an ApiError; an abort by the caller stays what it is. */
export async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ApiError(0, {
      code: "hmi_unreachable",
      message: "The HMI does not answer.",
      hint: "Run `stack status` to see which service is down.",
    });
  }
  if (response.ok) return response;
  throw new ApiError(response.status, await errorOf(response));
}

async function errorOf(response: Response): Promise<ErrorBody["error"]> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as Partial<ErrorBody>;
    if (error !== undefined) return error;
  } catch {
    // Something between the page and the HMI answered; its status is all there is to tell.
  }
  return {
    code: "bad_answer",
    message: `The HMI answered ${response.status} without saying why.`,
    hint: "Look into its log.",
  };
}
