/** Names of the `:parameters` in a path pattern. */
type ParamNames<Pattern extends string> = Pattern extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : Pattern extends `${string}:${infer Name}`
    ? Name
    : never;

type PathArgs<Pattern extends string> = [ParamNames<Pattern>] extends [never]
  ? [params?: undefined, query?: Query]
  : [params: Record<ParamNames<Pattern>, string | number>, query?: Query];

/** Query parameters; undefined ones are left out. */
export type Query = Record<string, string | number | undefined>;

/** One endpoint: the pattern that a server registers, and the path that a client calls. */
export interface Route<Pattern extends string = string> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The pattern, with `:name` where a parameter stands. */
  readonly pattern: Pattern;
  /** The path with its parameters filled in and escaped, and the query appended. */
  path(...args: PathArgs<Pattern>): string;
}

function route<const Pattern extends string>(method: Route["method"], pattern: Pattern): Route<Pattern> {
  return {
    method,
    pattern,
    path(...[params, query]) {
      const values: Record<string, string | number> = params ?? {};
      const path = pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
      return path + queryString(query ?? {});
    },
  };
}

function queryString(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? "" : `?${search}`;
}

/** The gateway's endpoints (contract, section 2). */
export const gatewayRoutes = {
  /** How the gateway and the engine are, in one report. */
  health: route("GET", "/health"),
  /** 200 while the gateway serves. */
  live: route("GET", "/health/live"),
  /** 200 while the engine answers, else 503. */
  ready: route("GET", "/health/ready"),
  /** The engine's models, and which is used where a request names none. */
  models: route("GET", "/models"),
  /** Asks the engine and streams the reply; the same `message_id` again joins that reply. */
  chat: route("POST", "/chat/stream"),
  /** Joins the conversation's reply; asks for it, by the stored history, where it is still missing. */
  resume: route("GET", "/chat/stream/:session_id"),
  /** Ends the reply that runs, also at the engine; safe to repeat. */
  cancel: route("POST", "/chat/:session_id/cancel"),
  /** Counters and times of the streams, as Prometheus text. */
  metrics: route("GET", "/metrics"),
} as const;

/** The HMI's endpoints (contract, section 3). */
export const hmiRoutes = {
  /** How the HMI, its store, the gateway and the engine behind it are, in one report. */
  health: route("GET", "/health"),
  /** 200 while the HMI serves. */
  live: route("GET", "/health/live"),
  /** 200 while the HMI takes messages and can save them, else 503. */
  ready: route("GET", "/health/ready"),
  /** Saves a message and begins its reply. */
  sendMessage: route("POST", "/api/chat/message"),
  /** Streams the conversation's reply: the one that runs, or the last one from the store. */
  stream: route("GET", "/api/chat/stream/:session_id"),
  /** Saves a message and streams its reply, in one call. */
  generalStream: route("GET", "/api/chat/general-stream"),
  /** The conversations, newest first, in pages and by profile. */
  sessions: route("GET", "/api/chat/sessions"),
  /** Makes a conversation and makes it the active one. */
  newSession: route("POST", "/api/chat/sessions/new"),
  /** Makes a conversation the active one of its profile. */
  resumeSession: route("POST", "/api/chat/sessions/:session_id/resume"),
  /** Ends the reply or the summary that runs; safe to repeat. */
  cancel: route("POST", "/api/chat/sessions/:session_id/cancel"),
  /** Answers the last message again; the earlier replies stay, as versions of the new one. */
  regenerate: route("POST", "/api/chat/sessions/:session_id/regenerate"),
  /** Shows the way that a message is on, which was left by an edit or another reply. */
  chooseVersion: route("POST", "/api/chat/sessions/:session_id/choose"),
  /** Finds words in the titles and messages of the user's conversations. */
  search: route("GET", "/api/chat/search"),
  /** What happens in the user's conversations, as a stream without an end. */
  events: route("GET", "/api/events"),
  /** A picture of a message. */
  image: route("GET", "/api/chat/images/:image_id"),
  /** A conversation with its messages, oldest first. */
  messages: route("GET", "/api/chat/sessions/:session_id/messages"),
  /** Gives a conversation another title. */
  renameSession: route("PUT", "/api/chat/sessions/:session_id"),
  /** Takes a conversation out of the list; a reply that runs is ended first. */
  archiveSession: route("POST", "/api/chat/sessions/:session_id/archive"),
  /** Puts an archived conversation back into the list. */
  unarchiveSession: route("POST", "/api/chat/sessions/:session_id/unarchive"),
  /** Archives a conversation and starts anew with its profile, agent and model. */
  clearSession: route("POST", "/api/chat/sessions/:session_id/clear"),
  /** Deletes a conversation with its messages; a reply that runs is ended first. */
  deleteSession: route("DELETE", "/api/chat/sessions/:session_id"),
  /** A conversation as a download, in Markdown or JSON. */
  exportSession: route("GET", "/api/chat/sessions/:session_id/export"),
  /** All that the user has, or one conversation, as a file that can be brought in again. */
  exportChats: route("GET", "/api/chat/export"),
  /** Brings in such a file, or one of another program; answers what was taken, and what not and why. */
  importChats: route("POST", "/api/chat/import"),
  /** What `stack doctor` found on this stack the last time. */
  doctor: route("GET", "/api/doctor"),
  /** The engine's models, as the gateway shows them. */
  models: route("GET", "/api/models"),
  /** Who may answer in a conversation. */
  agents: route("GET", "/api/agents"),
  /** All model profiles. */
  profiles: route("GET", "/api/model-profiles"),
  /** Makes a model profile. */
  newProfile: route("POST", "/api/model-profiles"),
  /** One model profile. */
  profile: route("GET", "/api/model-profiles/:model_id"),
  /** Changes the fields of a model profile that are given. */
  updateProfile: route("PUT", "/api/model-profiles/:model_id"),
  /** Deletes a model profile that no conversation has. */
  deleteProfile: route("DELETE", "/api/model-profiles/:model_id"),
} as const;

/**
 * The patterns of the GETs that change something, which a link or an image of any page is enough for: one saves a
 * message, the other may begin a reply.
 */
export const CHANGING_GETS: ReadonlySet<string> = new Set(
  [hmiRoutes.generalStream, gatewayRoutes.resume].map(({ pattern }) => pattern),
);

/** The HMI's pages (contract, section 3). */
export const pageRoutes = {
  /** Leads to `/llm`. */
  home: route("GET", "/"),
  /** The chat, at the active conversation. */
  llm: route("GET", "/llm"),
  /** The chat, at a new conversation. */
  newConversation: route("GET", "/new"),
  /** The chat, at a conversation. */
  conversation: route("GET", "/c/:session_id"),
  /** The chat, at a new conversation of a profile. */
  newProfileConversation: route("GET", "/m/:model_id/new"),
  /** The chat, at a conversation of a profile. */
  profileConversation: route("GET", "/m/:model_id/c/:session_id"),
} as const;

/** The scripts and styles of the pages, under names that change with their content. */
export const assetRoute = route("GET", "/assets/:name");

/** The engine's endpoints that this stack calls or stands in for (Ollama's own), and the stand-in's record. */
export const engineRoutes = {
  root: route("GET", "/"),
  version: route("GET", "/api/version"),
  tags: route("GET", "/api/tags"),
  ps: route("GET", "/api/ps"),
  show: route("POST", "/api/show"),
  generate: route("POST", "/api/generate"),
  chat: route("POST", "/api/chat"),
  /** The models in OpenAI's shape, as all servers of that wire list them. */
  openAiModels: route("GET", "/v1/models"),
  /** One model in OpenAI's shape. */
  openAiModel: route("GET", "/v1/models/:model"),
  /** A chat on OpenAI's wire. */
  openAiChat: route("POST", "/v1/chat/completions"),
  /** Not Ollama's: what the stand-in was asked and how each generation ended. */
  generations: route("GET", "/stand-in/generations"),
} as const;
