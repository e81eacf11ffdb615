/** A line of a log in its parts. */
export interface LogWords {
  /** `info`, `warn`, …; null where the line does not say. */
  readonly level: string | null;
  /** What it says; of a JSON line the message alone. */
  readonly message: string;
  /** `key=value`, of a JSON line. */
  readonly fields: readonly string[];
  /** Further lines: the stack of an error. */
  readonly below: readonly string[];
}

/** The numbers of pino's levels (pino's documentation of `level`). */
const LEVELS: Readonly<Record<string, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};

/** Levels as other loggers write them, near the beginning of a line: uvicorn, Python's logging, Ollama (`level=INFO`). */
const PLAIN_LEVEL = /(?:^|[\s[=])(?<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)(?=[\s:\]]|$)/;
const OTHER_NAMES: Readonly<Record<string, string>> = { warning: "warn", critical: "fatal" };

/** What every line of pino's has, and is shown in its own column or not at all. */
const SHOWN_ELSEWHERE = new Set(["level", "time", "pid", "hostname", "msg", "v"]);

/**
 * Takes a line apart: a line of JSON with a level and a message, as pino and others write it; any other line is
 * its own message.
 *
 * Not by pino-pretty, whose fields are JSON again, and which takes longer to load than all else that a log needs.
 */
export function readLogWords(text: string): LogWords {
  const json = text.startsWith("{") ? parse(text) : undefined;
  const { level, msg } = json ?? {};
  const isLog = (typeof level === "number" || typeof level === "string") && typeof msg !== "object";
  if (json === undefined || !isLog) return { level: plainLevel(text), message: text, fields: [], below: [] };
  const { err, ...rest } = json;
  const error = isObject(err) ? err : undefined;
  const stack = String(error?.["stack"] ?? "");
  const others = error === undefined ? json : rest;
  return {
    level: levelName(LEVELS[level] ?? String(level)),
    message: String(msg ?? error?.["message"] ?? ""),
    fields: Object.keys(others)
      .filter((key) => !SHOWN_ELSEWHERE.has(key))
      .map((key) => `${key}=${valueText(others[key])}`),
    below: stack === "" ? [] : stack.split("\n"),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string): Fields | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainLevel(text: string): string | null {
  const level = PLAIN_LEVEL.exec(text.slice(0, 80))?.groups?.["level"];
  return level === undefined ? null : levelName(level);
}

function levelName(level: string): string {
  const name = level.toLowerCase();
  return OTHER_NAMES[name] ?? name;
}

function valueText(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
