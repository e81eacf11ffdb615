import { isSecretField, isSecretHeader, isSecretName, withoutSecretHeader } from "../text/secret-names.ts";
import type { RequestStep, SentRequest } from "./request-step.ts";
import { type ShellSecrets, shellVariableName } from "./shell-secrets.ts";

/** Fields whose values a later request may need, such as `session_id` and `assistant_message_id`. */
export const ID_FIELD = /^(?:id|\w+_id)$/;

/** So long a text is told from all others: whatever its field is called, it is the same id. */
export function isTellingId(value: string): boolean {
  return /^[\w-]{8,}$/.test(value);
}

/** What the part of a path before an id says about it: `1` may be a conversation and a profile. */
const ID_AFTER: Readonly<Record<string, string>> = {
  sessions: "session_id",
  stream: "session_id",
  chat: "session_id",
  c: "session_id",
  "model-profiles": "model_id",
  m: "model_id",
};

/** Finds the variable for an id; the name is that of its field, undefined where that says nothing of it. */
export type FindVariable = (name: string | undefined, value: string) => string | undefined;

/** What the lines of one list have in common. */
export interface LineWords {
  readonly secrets: ShellSecrets;
  /** What stands for an address of the target, such as `$HMI` for one that ends with the run. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly find: FindVariable;
}

/** Who calls, as a line shows it. */
export interface ShownCaller {
  /** The variable of the token. */
  readonly token: string;
  /** The file in which curl keeps the cookies; undefined for none. */
  readonly jar: string | undefined;
  /** Whether nothing of an earlier time may be in that. */
  readonly isNew?: boolean;
}

/** A request as a line for a shell. */
export function curlLine(
  step: SentRequest & Pick<RequestStep, "isStream" | "token" | "left_ms">,
  shown: ShownCaller,
  words: LineWords,
): string {
  const { method, body, form, token, isStream, left_ms } = step;
  const { secrets } = words;
  const url = urlWord(step, words);
  const headers = headerWords(step, shown, secrets);
  const bearer = token === "" ? [] : [`-H "Authorization: Bearer $${shown.token}"`];
  if (method === "WS") {
    const said = body === undefined ? [] : [`-x ${bodyWord(body, words, shortened)}`];
    return [webSocketStart(url), ...headers, ...cookieWords(shown), ...bearer, ...said].join(" ");
  }
  const isUsual = method === "GET" || (method === "POST" && body !== undefined);
  const long = new LongTexts();
  const sent = form === undefined ? bodyWords(step, words, long) : formWords(step, words);
  return [
    ...long.before,
    isStream ? "curl -sSN" : "curl -sS",
    // Whoever has left a stream has heard no more of it.
    ...(left_ms === undefined ? [] : [`--max-time ${Math.max(left_ms / 1000, 0.1).toFixed(1)}`]),
    ...(shown.jar === undefined ? [] : [`${shown.isNew ? "" : `-b ${shown.jar} `}-c ${shown.jar}`]),
    ...(isUsual ? [] : [`-X ${method}`]),
    `"${url}"`,
    ...headers,
    ...bearer,
    ...sent,
  ].join(" ");
}

/** What is said on a WebSocket after its message, as words for a person: no line does both at their times. */
export function wordsForSaidLater(
  { saidLater = [] }: Pick<RequestStep, "saidLater">,
  words: LineWords,
): string[] {
  return saidLater.map(
    ({ frame, after_ms }) =>
      `left out: ${(after_ms / 1000).toFixed(1)} s after its message, on the same WebSocket, ${bodyWord(frame, words, shortened)}`,
  );
}

/** Opens a WebSocket, says one thing, and shows what comes within a minute: curl says nothing on one. */
function webSocketStart(url: string): string {
  const address = url.replace(/^http/, "ws").replace(/^\$(\w+)/, "$${$1/#http/ws}");
  return `npx wscat -c "${address}" -w 60`;
}

/** The cookies that curl keeps, for a program that does not read its file. */
function cookieWords({ jar }: ShownCaller): string[] {
  if (jar === undefined) return [];
  return [`-H "Cookie: $(awk -F'\\t' 'NF == 7 { printf "%s=%s; ", $6, $7 }' ${jar})"`];
}

function urlWord({ base, path }: SentRequest, words: LineWords): string {
  const { secrets, addresses, find } = words;
  const [pathname = "", query] = path.split("?", 2);
  const parts = pathname.split("/");
  const segments = parts.map(
    (part, place) => find(ID_AFTER[parts[place - 1] ?? ""], part) ?? secrets.inDoubleQuotes(part),
  );
  const fields = query?.split("&").map((pair) => {
    const [name = "", value = ""] = pair.split("=", 2);
    const id = find(isTellingId(value) ? undefined : name, value);
    const shown = isSecretField(name)
      ? `$${variableNamed(name, decoded(value), secrets)}`
      : (id ?? secrets.inDoubleQuotes(value));
    return `${secrets.inDoubleQuotes(name)}=${shown}`;
  });
  const address = addresses.get(base) ?? secrets.inDoubleQuotes(base);
  return `${address}${segments.join("/")}${fields === undefined ? "" : `?${fields.join("&")}`}`;
}

/** The headers but those that are said otherwise: cookies by curl's own file, and how a form is written by curl itself. */
function headerWords({ headers, form }: SentRequest, shown: ShownCaller, secrets: ShellSecrets): string[] {
  return Object.entries(headers)
    .filter(
      ([name]) =>
        !(shown.jar !== undefined && /^cookie$/i.test(name)) &&
        !(form !== undefined && /^content-type$/i.test(name)),
    )
    .map(([name, value]) => `-H ${headerWord(name, value, secrets)}`);
}

function headerWord(name: string, value: string, secrets: ShellSecrets): string {
  if (!isSecretHeader(name)) return secrets.quoted(`${name}: ${value}`);
  // What is left of it is a scheme, or names of cookies.
  const shown = withoutSecretHeader(name, value, (secret) => `$${variableNamed(name, secret, secrets)}`);
  return `"${secrets.inDoubleQuotes(name)}: ${shown}"`;
}

/** The variable for a secret that stands there: where none is known, one that is called like its header or field. */
function variableNamed(name: string, secret: string, secrets: ShellSecrets): string {
  return secrets.variableOf(secret, shellVariableName(name), `what goes out as ${name}`);
}

function bodyWords({ body, headers }: SentRequest, words: LineWords, long: LongTexts): string[] {
  if (body === undefined) return [];
  const isTyped = Object.keys(headers).some((name) => /^content-type$/i.test(name));
  const type = isTyped ? [] : ["-H 'Content-Type: application/json'"];
  if (typeof body === "string") {
    // As a text, `@name` would be a file.
    return [...type, `${body.startsWith("@") ? "--data-raw" : "-d"} ${bodyWord(body, words, shortened)}`];
  }
  const word = bodyWord(body, words, long.take);
  if (!long.isThere) return [...type, `-d ${word}`];
  long.writeFrom(word);
  return [...type, "--data-binary @-"];
}

/** Texts that no command line would take: a program writes the body with texts as long, and it is read from there. */
class LongTexts {
  readonly #texts: string[] = [];
  /** The words before those of the request itself. */
  readonly before: string[] = [];

  get isThere(): boolean {
    return this.#texts.length > 0;
  }

  /** A text, or what stands in its place. */
  readonly take = (text: string): string => {
    if (text.length <= MOST_CHARS) return text;
    this.#texts.push(text);
    // No text of a request has this character.
    return `\u0000long${this.#texts.length - 1}\u0000`;
  };

  /** @param word the body's JSON, in quotes */
  writeFrom(word: string): void {
    const script = word.slice(1, -1).replace(/"\\u0000long(\d+)\\u0000"/g, (_, index: string) => {
      const text = this.#texts[Number(index)] ?? "";
      const start = JSON.stringify(text.slice(0, SHOWN_CHARS)).replaceAll("'", "\\u0027");
      return `${start} + "x".repeat(${text.length - SHOWN_CHARS})`;
    });
    this.before.push(`node -p 'JSON.stringify(${script})' |`);
  }
}

/** The fields of a form, each as its own word. */
function formWords({ form = [], headers }: SentRequest, { secrets, find }: LineWords): string[] {
  const type = Object.entries(headers).find(([name]) => /^content-type$/i.test(name))?.[1] ?? "";
  const flag = type.startsWith("multipart/") ? "--form-string" : "--data-urlencode";
  return form.map(([name, value]) => {
    const shown = isSecretField(name)
      ? `$${variableNamed(name, value, secrets)}`
      : variableIn(name, value, { secrets, find });
    return shown === undefined
      ? `${flag} ${secrets.quoted(`${name}=${shortened(value)}`)}`
      : `${flag} "${secrets.inDoubleQuotes(name)}=${shown}"`;
  });
}

/** JSON as one word of a shell, with the variables between its quotes; a text is sent as it is. */
function bodyWord(body: unknown, { secrets, find }: LineWords, shorten: (text: string) => string): string {
  if (typeof body === "string") return secrets.quoted(shorten(body));
  const variables: string[] = [];
  const text = JSON.stringify(body, (name, given: unknown) => {
    const value = typeof given === "string" ? shorten(given) : given;
    if (typeof value !== "string" && typeof value !== "number") return value;
    const variable = variableIn(name, value, { secrets, find });
    if (variable === undefined) return value;
    const put = variable.startsWith("$") ? secrets.inJson(variable.slice(1)) : variable;
    variables.push(typeof value === "string" ? `"'"${put}"'"` : `'"${put}"'`);
    // No text of a request has this character.
    return `\u0000${variables.length - 1}\u0000`;
  });
  return secrets
    .quoted(text)
    .replace(/"\\u0000(\d+)\\u0000"/g, (_, index: string) => variables[Number(index)] ?? "");
}

/** What stands for the value of a field: of a secret always, of an id where it was given out. A number is no secret. */
function variableIn(
  name: string,
  value: string | number,
  { secrets, find }: Pick<LineWords, "secrets" | "find">,
): string | undefined {
  const known = typeof value === "string" ? secrets.known(value) : undefined;
  if (known !== undefined) return `$${known}`;
  if (typeof value === "string" && value !== "" && isSecretName(name)) {
    return `$${variableNamed(name, value, secrets)}`;
  }
  // A field's name says which id it is, where the id itself does not.
  const isTelling = isTellingId(String(value));
  return isTelling || ID_FIELD.test(name) ? find(isTelling ? undefined : name, String(value)) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A text that no shell would take is told by its beginning, and how much follows. */
function shortened(text: string): string {
  const more = text.length - SHOWN_CHARS;
  return text.length <= MOST_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}... and ${more} characters more`;
}

/** Longest text of a body, and how much is shown of a longer one, in characters. */
const MOST_CHARS = 4_000;
const SHOWN_CHARS = 80;
