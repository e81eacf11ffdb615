import { engineRoutes } from "../contract/routes.ts";
import type { Step } from "../harness/record-steps.ts";
import { TAP_PATH } from "../tap/recorded-exchange.ts";
import { curlLine, ID_FIELD, isTellingId, wordsForSaidLater } from "./curl-line.ts";
import { SignIns } from "./curl-sign-in.ts";
import type { TargetUrls } from "./open-target.ts";
import type { RequestStep, SignIn } from "./request-step.ts";
import { type KnownSecret, ShellSecrets, secretOfPerson, variableHolding } from "./shell-secrets.ts";

/** More would hide the one that matters; what comes last shows the claim. */
const MOST_COMMANDS = 8;

/** Where a stand-in and a tap tell what has reached them: no part of a stack. */
const RECORDS = [engineRoutes.generations.pattern, TAP_PATH];

/** What lines for a target are written with. */
export interface CommandWords {
  /** What its services are called instead of by their addresses, such as `HMI`. */
  readonly services?: Readonly<Record<string, string>>;
  /** What it is called with. */
  readonly given?: Pick<TargetUrls, "token" | "users" | "engineKey">;
  /** Where a person's variables are. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Makes the commands of a target's checks, as {@link curlCommands} says. */
export function commandsAt({
  services = {},
  given = {},
  env = process.env,
}: CommandWords): (steps: readonly Step[]) => readonly string[] {
  const addresses = new Map(Object.entries(services).map(([name, url]) => [url, `$${name}`]));
  const known = knownSecrets(given, env);
  // Only the target's clients record steps.
  return (steps) => curlCommands(steps as readonly RequestStep[], addresses, known);
}

/** What a target is called with, and the variables in which a person has it. */
function knownSecrets(
  { token = "", users = {}, engineKey = "" }: NonNullable<CommandWords["given"]>,
  env: NodeJS.ProcessEnv,
): KnownSecret[] {
  const own = [
    { secret: token, variable: "STACK_AUTH_TOKEN" },
    { secret: engineKey, variable: "STACK_ENGINE_API_KEY" },
    ...Object.entries(users).map(([name, secret]) => secretOfPerson(name, secret)),
  ];
  return own
    .filter(({ secret }) => secret !== "")
    .map((each) => {
      const variable = variableHolding(each.secret, env);
      return variable === undefined ? each : { secret: each.secret, variable };
    });
}

/** One line for a shell. */
interface Command {
  readonly line: string;
  /** The variables that are filled in, and those whose values its answer gives. */
  readonly uses: readonly string[];
  readonly gives: readonly string[];
  /** Whether it was refused, or not answered. */
  readonly isRefused: boolean;
  readonly signIn: SignIn | undefined;
  /** What it does not say, in words. */
  readonly notes: readonly string[];
}

/**
 * What a check has asked, as lines for a shell, in the order in which it did: first those by which its callers are let in. An id
 * that a service gave out is a variable there, since what a run has made is deleted at its end: the line that makes one says
 * `# gives SESSION_ID`. So is every secret. Requests that are asked again with the same success, and looks into the record of a
 * stand-in or a tap, are left out.
 *
 * @param addresses what stands for an address of the target, such as `$HMI` for one that ends with the run
 * @param known the secrets that a person has in variables
 */
export function curlCommands(
  steps: readonly RequestStep[],
  addresses: ReadonlyMap<string, string> = new Map(),
  known: readonly KnownSecret[] = [],
): string[] {
  const ids = new GivenIds();
  const secrets = new ShellSecrets(known);
  const asked = steps.filter(({ path }) => !RECORDS.some((record) => path.startsWith(record)));
  const signIns = new SignIns(asked, secrets);
  const commands = asked.map((step): Command => {
    const uses = new Set<string>();
    const find = (name: string | undefined, value: string) => ids.find(name, value, uses);
    const line = curlLine(step, signIns.shownBy(step), { secrets, addresses, find });
    // What only reads tells of what was there before.
    const gives = step.method === "GET" && !step.isStream ? [] : ids.collect(step.answer);
    const isRefused = step.status === undefined || step.status >= 400;
    // It may name what its own reply told.
    const named = new Set<string>();
    const notes = wordsForSaidLater(step, {
      secrets,
      addresses,
      find: (name, value) => ids.find(name, value, named),
    });
    for (const name of named) uses.add(name);
    return { line, uses: [...uses], gives, isRefused, signIn: step.signIn, notes };
  });
  const chosen = chosenOf(withoutRepetitions(commands));
  const callers = new Map(chosen.flatMap(({ signIn }) => (signIn ? [[signIn.caller, signIn] as const] : [])));
  const words = { secrets, addresses, find: () => undefined };
  return withNotes(
    [
      ...[...callers.values()]
        .flatMap((each) => signIns.linesOf(each, words))
        .map((line) => ({ line, gives: [], notes: [] })),
      ...chosen,
    ],
    secrets,
  );
}

/** The lines with what has to be filled in, each said once, and what they give. */
function withNotes(
  commands: readonly Pick<Command, "line" | "gives" | "notes">[],
  secrets: ShellSecrets,
): string[] {
  const said = new Set<string>();
  return commands.map(({ line, gives, notes: own }) => {
    const meanings = secrets.meaningsIn([line, ...own].join(" ")).filter((each) => !said.has(each));
    for (const each of meanings) said.add(each);
    const notes = [...(gives.length === 0 ? [] : [`gives ${gives.join(", ")}`]), ...meanings, ...own];
    return notes.length === 0 ? line : `${line}   # ${notes.join("; ")}`;
  });
}

/** What is asked again in the same way, and answered as well, is told once: where it was asked last. */
function withoutRepetitions(commands: readonly Command[]): Command[] {
  const shapeOf = shapesIn(commands.map(({ line }) => line));
  const told = new Map<string, Command>();
  for (const command of commands) {
    const { line, gives, isRefused, notes } = command;
    const key = [shapeOf(line), isRefused, notes.length, ...gives].join(" ");
    told.delete(key);
    told.set(key, command);
  }
  return [...told.values()];
}

/** The last ones, and those before them that were refused, or give what the others use. */
function chosenOf(commands: readonly Command[]): Command[] {
  const chosen: Command[] = [];
  const wanted = new Set<string>();
  for (const command of commands.toReversed()) {
    const isNeeded = command.isRefused || command.gives.some((name) => wanted.has(name));
    if (chosen.length >= MOST_COMMANDS && !isNeeded) continue;
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
    const isClear = name === undefined && (same.length === 1 || isTellingId(value));
    const found = same.find((id) => id.name === name) ?? (isClear ? same[0] : undefined);
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

/**
 * Makes what is the same for two lines that differ only in numbers, in canaries, and in what somebody made up for one line alone. An
 * id by which lines belong together is not made the same: nor are the variables of two ids.
 */
function shapesIn(lines: readonly string[]): (line: string) => string {
  const linesWith = new Map<string, number>();
  for (const id of lines.flatMap((line) => [...new Set(line.match(UUID))])) {
    linesWith.set(id, (linesWith.get(id) ?? 0) + 1);
  }
  return (line) =>
    line.replace(CHANGING, (word) => (word.startsWith("$") || (linesWith.get(word) ?? 0) > 1 ? word : "0"));
}

const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
const CHANGING = /\$\w+|[0-9a-f]{8}-[0-9a-f-]{27}|canary-[0-9a-z]+|\d+/g;
