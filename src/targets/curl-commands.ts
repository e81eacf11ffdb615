import { engineRoutes } from "../contract/routes.ts";
import type { Step } from "../harness/record-steps.ts";
import { TAP_PATH } from "../tap/recorded-exchange.ts";
import {
  HIDDEN,
  isSecretField,
  isSecretHeader,
  isSecretName,
  withoutSecretHeader,
} from "../text/secret-names.ts";
import type { RequestStep } from "./request-step.ts";

/** More would hide the one that matters; what comes last shows the claim. */
const MOST_COMMANDS = 8;

/** Where a stand-in and a tap tell what has reached them: no part of a stack. */
const RECORDS = [engineRoutes.generations.pattern, TAP_PATH];

/** What a person fills in where a request showed who calls. */
const TOKEN_VARIABLE = "$STACK_AUTH_TOKEN";

/** Fields whose values a later request may need, such as `session_id` and `assistant_message_id`. */
const ID_FIELD = /^(?:id|\w+_id)$/;

/** What the part of a path before an id says about it: `1` may be a conversation and a profile. */
const ID_AFTER: Readonly<Record<string, string>> = {
  sessions: "session_id",
  stream: "session_id",
  chat: "session_id",
  c: "session_id",
  "model-profiles": "model_id",
  m: "model_id",
};

/** Makes {@link curlCommands} of a target whose services have these names instead of addresses, such as `HMI`. */
export function commandsAt(
  services: Readonly<Record<string, string>> = {},
): (steps: readonly Step[]) => readonly string[] {
  const addresses = new Map(Object.entries(services).map(([name, url]) => [url, `$${name}`]));
  // Only the target's clients record steps.
  return (steps) => curlCommands(steps as readonly RequestStep[], addresses);
}

/** One line for a shell. */
interface Command {
  readonly line: string;
  /** The variables that are filled in, and those whose values its answer gives. */
  readonly uses: readonly string[];
  readonly gives: readonly string[];
}

/**
 * What a check has asked, as lines for a shell. An id that a service gave out is a variable there, since what a run
 * has made is deleted at its end: the line that makes one says `# gives SESSION_ID`. Requests that only repeat
 * another, and looks into the record of a stand-in or a tap, are left out.
 *
 * @param addresses what stands for an address of the target, such as `$HMI` for one that ends with the run
 */
export function curlCommands(
  steps: readonly RequestStep[],
  addresses: ReadonlyMap<string, string> = new Map(),
): string[] {
  const ids = new GivenIds();
  const commands = new Map<string, Command>();
  for (const step of steps) {
    if (RECORDS.some((record) => step.path.startsWith(record))) continue;
    const uses = new Set<string>();
    const line = curlLine(step, addresses, (name, value) => ids.find(name, value, uses));
    // What only reads tells of what was there before.
    const gives = step.method === "GET" && !step.isStream ? [] : ids.collect(step.answer);
    const key = shapeOf(line);
    if (gives.length === 0 && commands.has(key)) continue;
    commands.delete(key);
    commands.set(key, { line, uses: [...uses], gives });
  }
  return chosenOf([...commands.values()]).map(({ line, gives }) =>
    gives.length === 0 ? line : `${line}   # gives ${gives.join(", ")}`,
  );
}

/** The last ones, and those before them that give what they use. */
function chosenOf(commands: readonly Command[]): Command[] {
  const chosen: Command[] = [];
  const wanted = new Set<string>();
  for (const command of commands.toReversed()) {
    if (chosen.length >= MOST_COMMANDS && !command.gives.some((name) => wanted.has(name))) continue;
    for (const name of command.uses) wanted.add(name);
    chosen.unshift(command);
  }
  // What nobody uses need not be told.
  return chosen.map((command) => ({ ...command, gives: command.gives.filter((name) => wanted.has(name)) }));
}

/** The ids that services gave out, and the variables that stand for them. */
class GivenIds {
  readonly #ids: { readonly name: string; readonly value: string; readonly variable: string }[] = [];

  /** The variable for a value, and notes its use; undefined where no service gave it out as this kind of id. */
  find(name: string | undefined, value: string, uses: Set<string>): string | undefined {
    const same = this.#ids.filter((id) => id.value === value);
    const found =
      same.find((id) => id.name === name) ?? (name === undefined && same.length === 1 ? same[0] : undefined);
    if (found !== undefined) uses.add(found.variable);
    return found && `$${found.variable}`;
  }

  /** Remembers the ids in an answer; returns the variables that are new. */
  collect(answer: unknown): string[] {
    // A list is somebody's past; only what this request has made is new.
    if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return [];
    return Object.entries(answer).flatMap(([name, value]) => {
      const isId = ID_FIELD.test(name) && (typeof value === "string" || typeof value === "number");
      return isId ? this.#remember(name, String(value)) : this.collect(value);
    });
  }

  #remember(name: string, value: string): string[] {
    // A name such as `architect` stands for itself.
    if (!/^[\w-]*\d[\w-]*$/.test(value)) return [];
    if (this.#ids.some((id) => id.name === name && id.value === value)) return [];
    const alike = this.#ids.filter((id) => id.name === name).length;
    const variable = name.toUpperCase() + (alike === 0 ? "" : `_${alike + 1}`);
    this.#ids.push({ name, value, variable });
    return [variable];
  }
}

/** Finds the variable for an id; the name is that of its field, undefined where it has none. */
type FindVariable = (name: string | undefined, value: string) => string | undefined;

function curlLine(
  { base, method, path, body, headers, isStream, hasToken }: RequestStep,
  addresses: ReadonlyMap<string, string>,
  find: FindVariable,
): string {
  const [pathname = "", query] = path.split("?", 2);
  const parts = pathname.split("/");
  const words = parts.map((part, place) => find(ID_AFTER[parts[place - 1] ?? ""], part) ?? quotable(part));
  const fields = query?.split("&").map((pair) => {
    const [name = "", value = ""] = pair.split("=", 2);
    const shown = isSecretField(name) ? TOKEN_VARIABLE : (find(name, value) ?? quotable(value));
    return `${quotable(name)}=${shown}`;
  });
  const address = addresses.get(base) ?? quotable(base);
  const url = `${address}${words.join("/")}${fields === undefined ? "" : `?${fields.join("&")}`}`;
  if (method === "WS") return webSocketLine(url, headers, body === undefined ? "" : bodyWord(body, find));
  const isUsual = method === "GET" || (method === "POST" && body !== undefined);
  return [
    isStream ? "curl -sSN" : "curl -sS",
    ...(isUsual ? [] : [`-X ${method}`]),
    `"${url}"`,
    ...Object.entries(headers).map(([name, value]) => `-H ${headerWord(name, value)}`),
    ...(hasToken ? [`-H "Authorization: Bearer ${TOKEN_VARIABLE}"`] : []),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d ${bodyWord(body, find)}`]),
  ].join(" ");
}

/** Opens a WebSocket, says one thing, and shows what comes within a minute: curl says nothing on one. */
function webSocketLine(url: string, headers: RequestStep["headers"], said: string): string {
  const address = url.replace(/^http/, "ws").replace(/^\$(\w+)/, "$${$1/#http/ws}");
  return [
    `npx wscat -c "${address}" -w 60`,
    ...Object.entries(headers).map(([name, value]) => `-H ${headerWord(name, value)}`),
    ...(said === "" ? [] : [`-x ${said}`]),
  ].join(" ");
}

function headerWord(name: string, value: string): string {
  if (!isSecretHeader(name)) return quote(`${name}: ${value}`);
  const shown = quotable(withoutSecretHeader(name, value)).replaceAll(HIDDEN, TOKEN_VARIABLE);
  return `"${quotable(name)}: ${shown}"`;
}

/** Inside double quotes of a shell, where variables are filled in. */
function quotable(text: string): string {
  return text.replace(/["\\$`]/g, "\\$&");
}

/** One word of a shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** JSON as one word of a shell, with the variables between its quotes; a text is sent as it is. */
function bodyWord(body: unknown, find: FindVariable): string {
  if (typeof body === "string") return quote(shortened(body));
  const variables: string[] = [];
  const text = JSON.stringify(body, (name, given: unknown) => {
    const value = typeof given === "string" ? shortened(given) : given;
    const isId = ID_FIELD.test(name) && (typeof value === "string" || typeof value === "number");
    const isSecret = typeof value === "string" && isSecretName(name);
    const variable = isSecret ? TOKEN_VARIABLE : isId ? find(name, String(value)) : undefined;
    if (variable === undefined) return value;
    variables.push(typeof value === "string" ? `"'"${variable}"'"` : `'"${variable}"'`);
    // No text of a request has this character.
    return `\u0000${variables.length - 1}\u0000`;
  });
  return quote(text).replace(/"\\u0000(\d+)\\u0000"/g, (_, index: string) => variables[Number(index)] ?? "");
}

/** A text that no shell would take is told by its beginning, and how much follows. */
function shortened(text: string): string {
  const more = text.length - SHOWN_CHARS;
  return text.length <= MOST_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}... and ${more} characters more`;
}

/** Longest text of a body, and how much is shown of a longer one, in characters. */
const MOST_CHARS = 4_000;
const SHOWN_CHARS = 80;

/** The same for two requests that differ only in whose they are: numbers, UUIDs and canaries. */
function shapeOf(line: string): string {
  return line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|canary-[0-9a-z]+|[A-Z_]+_ID(?:_\d+)?|\d+/g, "0");
}
