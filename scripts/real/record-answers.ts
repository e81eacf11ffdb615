import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RawRequest, sendRaw } from "./raw-http.ts";

/** A request whose answer is recorded. */
export interface RecordedCase {
  /** The name of its files. */
  readonly name: string;
  readonly request: RawRequest;
  /** Sent before it, in order, so that the program is in a known state; their answers are not kept. */
  readonly before: readonly RawRequest[];
}

/** What is recorded, and from where. */
export interface Recording {
  /** The program's name, and that of its folder in `fixtures/recorded`. */
  readonly program: string;
  readonly url: string;
  readonly cases: readonly RecordedCase[];
}

/** One case, its requests as lines. */
export function recordedCase(name: string, request: RawRequest, ...before: RawRequest[]): RecordedCase {
  return { name, request, before };
}

/** Reads `[URL] [NAME ...]` of the command line. Ends the process where there is no such case. */
export function chosen(defaultUrl: string, cases: readonly RecordedCase[]): Pick<Recording, "url" | "cases"> {
  const given = process.argv.slice(2);
  const url = given[0]?.includes("://") ? given.shift() : undefined;
  const unknown = given.filter((name) => !cases.some((each) => each.name === name));
  if (unknown.length > 0) fail(`There is no case ${unknown.join(", ")}.`);
  return {
    url: url ?? defaultUrl,
    cases: cases.filter(({ name }) => given.length === 0 || given.includes(name)),
  };
}

/** Writes `NAME.raw` and `NAME.json` of each case, in order. */
export async function recordAnswers({ program, url, cases }: Recording): Promise<void> {
  const folder = recordedFolder(program);
  for (const { name, request, before } of cases) {
    for (const earlier of before) await sendRaw(url, earlier);
    const { bytes, reads } = await sendRaw(url, request);
    const answer = withoutTokens(withoutPaths(bytes).toString("latin1"));
    writeFileSync(join(folder, `${name}.raw`), Buffer.from(answer, "latin1"));
    const how = withoutTokens(JSON.stringify({ request, before, reads }));
    writeFileSync(join(folder, `${name}.json`), `${how}\n`);
    console.log(`${name}: ${bytes.length} bytes in ${reads.length} reads`);
  }
}

/** Where a program's answers are kept. */
export function recordedFolder(program: string): string {
  const folder = fileURLToPath(new URL(`../../fixtures/recorded/${program}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Signed tokens, of a trial's user, are masked letter by letter, so that lengths stay true. */
export function withoutTokens(text: string): string {
  return text.replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, (token) => "x".repeat(token.length));
}

/** Ends the process. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** Where a model file lies says something of the machine: its folders are masked letter by letter, so that lengths stay true. */
function withoutPaths(bytes: Buffer): Buffer {
  const masked = bytes
    .toString("latin1")
    .replace(/(?<=[" ])\/[^" ]*(?=\/blobs\/)/g, (folders) => folders.replace(/[^/]/g, "x"));
  return Buffer.from(masked, "latin1");
}
