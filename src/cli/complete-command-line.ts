/** A word that may stand at the cursor. */
export interface CompletionCandidate {
  readonly word: string;
  /** What it means, in one line; may be empty. */
  readonly meaning: string;
}

/** A command as completion needs to know it; one of oclif's is one. */
export interface CommandShape {
  /** Its words, joined by colons. */
  readonly id: string;
  readonly hidden?: boolean;
  readonly summary?: string | undefined;
  readonly flags: Readonly<Record<string, FlagShape>>;
}

/** A flag of oclif's manifest. */
export interface FlagShape {
  readonly name: string;
  readonly char?: string;
  readonly type: "boolean" | "option";
  readonly description?: string;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly hidden?: boolean;
}

/** What commands take beside flags, and flags beside fixed options; each is looked up only where it is asked for. */
export type ValueKind =
  | "service"
  | "logged"
  | "suite"
  | "fault"
  | "wire-fault"
  | "report"
  | "export"
  | "shell";

/** Looks the values of a kind up. */
export type ValueSource = (kind: ValueKind) => Promise<readonly string[]>;

/** What the words after a command are. */
const ARGUMENTS: Readonly<Record<string, ValueKind>> = {
  up: "service",
  down: "service",
  restart: "service",
  status: "service",
  logs: "logged",
  verify: "suite",
  prove: "fault",
  export: "export",
  completion: "shell",
};

/** What the values of flags are that have no fixed options. */
const FLAG_VALUES: Readonly<Record<string, ValueKind>> = {
  adopt: "service",
  replace: "service",
  service: "service",
  fault: "fault",
  report: "report",
};

/**
 * The words that may stand at the cursor.
 *
 * @param words what was typed after the program's name, up to the cursor; the last one, which may be empty, is completed
 */
export async function completeCommandLine(
  words: readonly string[],
  commands: readonly CommandShape[],
  valuesOf: ValueSource,
): Promise<CompletionCandidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const visible = commands.filter(({ hidden }) => hidden !== true);
  const command = commandOf(before, visible);
  const given = command === undefined ? before : before.slice(command.id.split(":").length);
  const found =
    command === undefined
      ? nextCommandWords(before, visible)
      : [
          ...(given.length === 0 ? nextCommandWords(before, visible) : []),
          ...(await inCommand(command, given, current, valuesOf)),
        ];
  return found.filter(({ word }) => word.startsWith(current));
}

/** The command that the words begin with; the longest, because one may be the topic of another. */
function commandOf(words: readonly string[], commands: readonly CommandShape[]): CommandShape | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const id = words.slice(0, length).join(":");
    const found = commands.find((command) => command.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nextCommandWords(
  before: readonly string[],
  commands: readonly CommandShape[],
): CompletionCandidate[] {
  const candidates = new Map<string, CompletionCandidate>();
  for (const { id, summary } of commands) {
    const parts = id.split(":");
    const word = parts[before.length];
    if (word === undefined || !before.every((each, index) => parts[index] === each)) continue;
    const isWhole = parts.length === before.length + 1;
    if (isWhole || !candidates.has(word)) candidates.set(word, { word, meaning: firstLine(summary) });
  }
  return [...candidates.values()];
}

async function inCommand(
  { id, flags }: CommandShape,
  given: readonly string[],
  current: string,
  valuesOf: ValueSource,
): Promise<CompletionCandidate[]> {
  const shapes = Object.values(flags).filter(({ hidden }) => hidden !== true);
  const [name, value] = splitFlag(current);
  const inline = value === undefined ? undefined : shapes.find((flag) => isSpelled(flag, name));
  if (inline !== undefined) {
    return (await flagValues(inline, valuesOf)).map((each) => plain(`${name}=${each}`));
  }
  const open = shapes.find((flag) => flag.type === "option" && isSpelled(flag, given.at(-1)));
  if (open !== undefined) return (await flagValues(open, valuesOf)).map(plain);
  if (current.startsWith("-")) return unusedFlags(shapes, given);
  const kind = argumentKind(id, given);
  if (kind === undefined) return [];
  return (await valuesOf(kind)).filter((each) => !given.includes(each)).map(plain);
}

/** A running stack can be given only the faults that need nothing but a wire. */
function argumentKind(id: string, given: readonly string[]): ValueKind | undefined {
  return id === "prove" && given.includes("--target") ? "wire-fault" : ARGUMENTS[id];
}

/** `--report=junit` is a flag and the beginning of its value. */
function splitFlag(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function isSpelled({ name, char }: FlagShape, word: string | undefined): boolean {
  return word === `--${name}` || (char !== undefined && word === `-${char}`);
}

/** What a report is written to is a file, which the shell completes after the `=`. */
async function flagValues({ name, options }: FlagShape, valuesOf: ValueSource): Promise<readonly string[]> {
  if (options !== undefined) return options;
  const kind = FLAG_VALUES[name];
  const values = kind === undefined ? [] : await valuesOf(kind);
  return kind === "report" ? values.map((value) => `${value}=`) : values;
}

function unusedFlags(shapes: readonly FlagShape[], given: readonly string[]): CompletionCandidate[] {
  const isUsed = (flag: FlagShape): boolean =>
    given.some((word) => isSpelled(flag, splitFlag(word)[0])) && flag.multiple !== true;
  const flags = shapes
    .filter((flag) => !isUsed(flag))
    .map(({ name, description }) => ({ word: `--${name}`, meaning: firstLine(description) }));
  return [...flags, { word: "--help", meaning: "What the command does, and what it takes." }];
}

function plain(word: string): CompletionCandidate {
  return { word, meaning: "" };
}

function firstLine(text = ""): string {
  return text.split("\n")[0] ?? "";
}
