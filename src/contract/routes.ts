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
  health: route("GET", "/health"),
  live: route("GET", "/health/live"),
  ready: route("GET", "/health/ready"),
  models: route("GET", "/models"),
  chat: route("POST", "/chat/stream"),
  resume: route("GET", "/chat/stream/:session_id"),
  cancel: route("POST", "/chat/:session_id/cancel"),
  metrics: route("GET", "/metrics"),
} as const;

/** The HMI's endpoints (contract, section 3). */
export const hmiRoutes = {
  health: route("GET", "/health"),
  live: route("GET", "/health/live"),
  sendMessage: route("POST", "/api/chat/message"),
  stream: route("GET", "/api/chat/stream/:session_id"),
  generalStream: route("GET", "/api/chat/general-stream"),
  sessions: route("GET", "/api/chat/sessions"),
  newSession: route("POST", "/api/chat/sessions/new"),
  resumeSession: route("POST", "/api/chat/sessions/:session_id/resume"),
  cancel: route("POST", "/api/chat/sessions/:session_id/cancel"),
  regenerate: route("POST", "/api/chat/sessions/:session_id/regenerate"),
  messages: route("GET", "/api/chat/sessions/:session_id/messages"),
  renameSession: route("PUT", "/api/chat/sessions/:session_id"),
  archiveSession: route("POST", "/api/chat/sessions/:session_id/archive"),
  clearSession: route("POST", "/api/chat/sessions/:session_id/clear"),
  deleteSession: route("DELETE", "/api/chat/sessions/:session_id"),
  exportSession: route("GET", "/api/chat/sessions/:session_id/export"),
  models: route("GET", "/api/models"),
  agents: route("GET", "/api/agents"),
  profiles: route("GET", "/api/model-profiles"),
  newProfile: route("POST", "/api/model-profiles"),
  profile: route("GET", "/api/model-profiles/:model_id"),
  updateProfile: route("PUT", "/api/model-profiles/:model_id"),
  deleteProfile: route("DELETE", "/api/model-profiles/:model_id"),
} as const;

/** The HMI's pages (contract, section 3). */
export const pageRoutes = {
  home: route("GET", "/"),
  llm: route("GET", "/llm"),
  newConversation: route("GET", "/new"),
  conversation: route("GET", "/c/:session_id"),
  newProfileConversation: route("GET", "/m/:model_id/new"),
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
  /** Not Ollama's: what the stand-in was asked and how each generation ended. */
  generations: route("GET", "/stand-in/generations"),
} as const;
