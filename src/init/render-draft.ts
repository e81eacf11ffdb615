import { stringify } from "yaml";
import { splitWords } from "../config/services/split-words.ts";
import type { ConfigDraft, DraftService } from "./draft-config.ts";
import { portIn } from "./start-command.ts";

const HEAD = "# Written by `stack init` from what it found. Every setting: docs/reference.md of chat-stack.";

/** The text of a configuration file, with what each part comes from. */
export function renderDraft(draft: ConfigDraft): string {
  const { schema, engineAt, engineNote, gateway, hmi } = draft;
  const paragraphs = [
    [...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]), HEAD],
    engineLines(engineAt),
    portOf("gateway", gateway),
    portOf("hmi", hmi),
    [
      "services:",
      `  engine: { embedded: engine }   # ${engineNote}`,
      ...serviceLines("gateway", gateway, "engine"),
      ...serviceLines("hmi", hmi, gateway === undefined ? "engine" : "gateway"),
    ],
    ...hints(draft),
  ];
  const filled = paragraphs.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function engineLines(at: ConfigDraft["engineAt"]): string[] {
  if (at === undefined) return [];
  const api =
    at.api === undefined ? [] : [`  api: ${at.api}   # its key, if it asks for one: STACK_ENGINE_API_KEY`];
  return ["engine:", `  url: ${value(at.url)}   # from ${at.from}`, ...api];
}

function portOf(name: string, service: DraftService | undefined): string[] {
  if (service === undefined) return [];
  const { program, port } = service;
  return [`${name}:`, `  port: ${port}   # ${program?.portFrom ?? "ours is free to choose"}`];
}

function serviceLines(name: string, service: DraftService | undefined, needs: string): string[] {
  if (service === undefined) return [];
  const { program } = service;
  if (program === undefined) return [`  ${name}: { embedded: ${name}, depends_on: [${needs}] }   # ours`];
  return [
    `  ${name}:   # ${program.where}`,
    `    command: ${value(program.command)}`,
    ...(program.cwd === "." ? [] : [`    cwd: ${value(program.cwd)}`]),
    `    depends_on: [${needs}]`,
    ...(program.health === undefined ? [] : [`    ready: { http: ${value(program.health)} }`]),
  ];
}

/** What could be added, as comments. */
function hints({ gateway, hmi, others }: ConfigDraft): string[][] {
  const contract = [
    "# How this back end is talked to, for `stack doctor`, `trace` and `verify`; `stack init --from chat.har` learns it:",
    "# contract: { driver: seeds }",
  ];
  const isForeign = gateway?.program !== undefined || hmi.program !== undefined;
  return [
    isForeign ? contract : [],
    ...others.map(({ value: { name, command, runs }, where }) => [
      `# From ${where}. As a service:`,
      `#   ${name}:`,
      `#     command: ${"words" in splitWords(command) ? value(command) : `[sh, -c, ${JSON.stringify(command)}]`}`,
      `#     ${portOrReadiness(runs)}`,
    ]),
  ];
}

/** A command that is well at once holds for any program; nothing better is known of one that names no port. */
function portOrReadiness(runs: string): string {
  const port = portIn(runs);
  return port === undefined
    ? 'ready: { command: "true" }   # it names no port: give `port:` instead, if it listens on one'
    : `port: ${port}`;
}

/** A text as YAML has it, in quotes where it would be read as something else. */
function value(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
