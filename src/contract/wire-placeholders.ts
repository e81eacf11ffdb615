/** The placeholders of a {@link WireDescription}: what may stand in braces in a path, a header or a body. */
export const WIRE_PLACEHOLDERS = {
  text: "what the person says",
  conversation: "the conversation's id",
  message: "the id of the person's message, as the back end told it",
  reply: "the reply's id, as the back end told it",
  last_reply: "the id of the reply before this message in its conversation, as the back end told it",
  model: "the model that is asked for",
  agent: "the setting chat.agent",
  history:
    "the whole conversation with this message: [{role, content}, ...]; by {history|ids} each turn with an id, by {history|parts} as Vercel's AI SDK has it, by {history|before} without this message",
  options: "options of the engine, by Ollama's names",
  max_tokens: "how long the reply may be, in tokens",
  temperature: "how freely the engine chooses; 0 for the same each time",
  cursor: "where a list goes on, as its page before told it",
  key: "a word that no other message has; in cancel that of its message",
  now: "the moment at which it is sent, as 2026-01-31T12:00:00.000Z; by {now|number} in milliseconds since 1970",
  user: "what the person who calls is called in auth.users",
  token: "the setting auth.token, or what contract.wire.login tells",
  password: "what stands beside that name in auth.users; in contract.wire.login alone",
} as const satisfies Record<string, string>;

export type WirePlaceholder = keyof typeof WIRE_PLACEHOLDERS;

/**
 * `{history|ids}`: its turns as `{id, role, content}`; `{history|parts}`: as `{id, role, parts: [{type: "text", text}]}`; `{history|before}`: those before this message.
 *
 * `{conversation}`; `{conversation|null}` where JSON's null is to stand in for what is not there, `{conversation|number}`
 * where an id goes as a number.
 */
export const PLACEHOLDER = /\{([a-z_]+(?:\.[A-Za-z_]\w*)?)((?:\|(?:null|number|before|parts|ids))*)\}/g;

/** What a placeholder begins with that a call of `contract.wire.login` told under a name of its own: `{login.csrf}`. */
const LOGIN_PREFIX = "login.";

/** `csrf` of `login.csrf`; undefined for what no login tells under a name of its own. */
export function nameToldByLogin(placeholder: string): string | undefined {
  return placeholder.startsWith(LOGIN_PREFIX) ? placeholder.slice(LOGIN_PREFIX.length) : undefined;
}

/** `login.csrf` of `csrf`. */
export function placeholderOfLogin(name: string): `login.${string}` {
  return `${LOGIN_PREFIX}${name}`;
}

/** The names of what a login has to have told for this, a part of a wire, to be filled. */
export function namesNeededOfLogin(value: unknown): ReadonlySet<string> {
  const used = [...JSON.stringify(value ?? "").matchAll(PLACEHOLDER)];
  return new Set(used.flatMap(([, placeholder = ""]) => nameToldByLogin(placeholder) ?? []));
}

/** A placeholder that nothing is known for. */
export interface PlaceholderProblem {
  /** The names and numbers down to the text that it stands in. */
  readonly path: readonly (string | number)[];
  /** That text. */
  readonly text: string;
  readonly message: string;
}

/** The placeholders of the calls that let somebody in; the token is what the one before told. */
export const LOGIN_PLACEHOLDERS = ["user", "password", "token"] as const satisfies readonly WirePlaceholder[];

/** Those of every other call: nobody's password is told beside the login. */
export const CALL_PLACEHOLDERS: readonly WirePlaceholder[] = (
  Object.keys(WIRE_PLACEHOLDERS) as WirePlaceholder[]
).filter((name) => name !== "password");

/** What is wrong with the placeholders in a text or in JSON, each where it stands. */
export function problemsOfPlaceholders(
  value: unknown,
  known: readonly WirePlaceholder[] = CALL_PLACEHOLDERS,
  path: readonly (string | number)[] = [],
): PlaceholderProblem[] {
  if (typeof value === "string") {
    return [...value.matchAll(PLACEHOLDER)]
      .filter(([, name = ""]) => !known.some((each) => each === name) && nameToldByLogin(name) === undefined)
      .map(([whole, name = ""]) => ({
        path,
        text: value,
        message: `${whole} is no placeholder${Object.hasOwn(WIRE_PLACEHOLDERS, name) ? " here" : ""}: there are ${known.join(", ")}, and login.NAME for what contract.wire.login tells as NAME`,
      }));
  }
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, inner]) =>
    problemsOfPlaceholders(inner, known, [...path, isList ? Number(name) : name]),
  );
}
