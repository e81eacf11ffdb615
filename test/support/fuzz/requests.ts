import {
  assetRoute,
  gatewayRoutes,
  hmiRoutes,
  pageRoutes,
  type Route,
} from "../../../src/contract/routes.ts";
import { ENDPOINTS, type Endpoint, pathOf } from "../endpoints.ts";
import { type Dice, throwDice } from "./dice.ts";
import { junkBody, junkHeaders, junkQuery, junkText, junkValue } from "./junk.ts";

export interface FuzzRequest {
  readonly service: Endpoint["service"];
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer | undefined;
  /** False where the call shows no token, or where that call takes none. */
  readonly isAuthorised: boolean;
  /** A field of its body that the contract does not know. */
  readonly unknownField: string | undefined;
  /** True for a stream that never ends by itself. */
  readonly isEndless: boolean;
}

/** A request that is wrong in some way, or by accident in none; the same for the same seed and number. */
export function fuzzRequest(seed: number, number: number, token: string): FuzzRequest {
  const dice = throwDice(seed, number);
  const endpoint = dice.pick(ALL);
  const { service, route } = endpoint;
  const tokenIn = dice.chance(92) ? "header" : dice.pick(["query", "nothing"]);
  const isRead = route.method === "GET";
  const { body, unknownField } = isRead && !dice.chance(5) ? NO_BODY : bodyFor(dice, endpoint);
  const path = pathFor(dice, endpoint);
  const method = dice.chance(90) ? route.method : dice.pick(METHODS);
  return {
    service,
    method,
    path: tokenIn === "query" ? `${path}${path.includes("?") ? "&" : "?"}token=${token}` : path,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(tokenIn === "header" ? { authorization: `Bearer ${token}` } : dice.pick(NO_TOKENS)),
      ...(dice.chance(25) ? junkHeaders(dice) : {}),
    },
    body,
    isAuthorised:
      tokenIn === "header" || OPEN.has(route) || (tokenIn === "query" && EVENT_SOURCES.has(route)),
    // What is sent to another call with the same path may be read by nobody.
    unknownField: method === route.method ? unknownField : undefined,
    isEndless: route === hmiRoutes.events,
  };
}

const PAGES: readonly Route[] = [...Object.values(pageRoutes), assetRoute];

const ALL: readonly Endpoint[] = [
  ...ENDPOINTS,
  ...PAGES.map((route): Endpoint => ({ service: "hmi", route, body: [], query: [] })),
];

const OPEN: ReadonlySet<Route> = new Set([gatewayRoutes.live, hmiRoutes.live, ...PAGES]);

const EVENT_SOURCES: ReadonlySet<Route> = new Set<Route>([
  gatewayRoutes.resume,
  hmiRoutes.stream,
  hmiRoutes.generalStream,
  hmiRoutes.events,
]);

const NO_TOKENS: readonly Record<string, string>[] = [
  {},
  { authorization: "Bearer" },
  { authorization: "Bearer wrong" },
  { authorization: `Bearer ${"x".repeat(9_000)}` },
  { authorization: "Basic dTpw" },
];

const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "QUERY"];

/** A value that passes, so that not every request fails at its first field. */
const GOOD: Readonly<Record<string, unknown>> = {
  session_id: "1",
  message_id: "1",
  agent_id: "architect",
  message: "Count to 3",
  content: "Count to 3",
  name: "A profile",
  title: "A title",
  model_id: 1,
  model: "qwen3:8b",
  think: true,
  keep_alive: "5m",
};

/** Of these fields: those that are seldom sent. */
const RARE: ReadonlySet<string> = new Set(["model", "think", "keep_alive"]);

interface FuzzBody {
  readonly body: string | Buffer | undefined;
  readonly unknownField: string | undefined;
}

const NO_BODY: FuzzBody = { body: undefined, unknownField: undefined };

function bodyFor(dice: Dice, { body: names }: Endpoint): FuzzBody {
  if (dice.chance(names.length === 0 ? 60 : 3)) return NO_BODY;
  if (names.length === 0 || dice.chance(25)) return { ...NO_BODY, body: junkBody(dice) };
  const entries = names
    .filter((name) => dice.chance(name in GOOD && !RARE.has(name) ? 85 : 30))
    .map((name) => [name, name in GOOD && dice.chance(65) ? GOOD[name] : junkValue(dice)]);
  const unknownField = dice.chance(10) ? dice.pick(UNKNOWN_FIELDS) : undefined;
  const unknown = unknownField === undefined ? [] : [[unknownField, junkValue(dice)]];
  return { body: JSON.stringify(Object.fromEntries([...entries, ...unknown])), unknownField };
}

/** Names that somebody may think of, of other services and of other spellings. */
const UNKNOWN_FIELDS = [
  "tool_choice",
  "max_tokens",
  "messageId",
  "Message",
  "stream",
  "temperature",
  "user",
  " ",
];

function pathFor(dice: Dice, { route, query: names }: Endpoint): string {
  const path = pathOf(route, () => (dice.chance(50) ? String(1 + dice.number(30)) : junkText(dice)));
  const good = names.includes("message") && dice.chance(40) ? "message=Hi&" : "";
  const query = dice.chance(names.length === 0 ? 30 : 80) ? `?${good}${junkQuery(dice, names)}` : "";
  return `${dice.chance(8) ? dice.pick(MANGLED)(path) : path}${query}`;
}

const MANGLED: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => `${path}%00`,
  (path) => `${path}/%2e%2e`,
  (path) => `${path}/../health`,
  (path) => `${path}#fragment`,
  (path) => `http://localhost${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replaceAll("/", "%2f"),
];
