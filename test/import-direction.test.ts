import { globSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const FILES = globSync("**/*.ts", { cwd: SRC });

/**
 * Who may import whom stands in the `may-import.list` of each room of `src/`, one folder or file a line: what the room may
 * import beside itself, or under `[file.ts]` what that file alone may. `type X` allows only `import type` of it. A room
 * without a list has that of the room around it. Nobody may import `commands`.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  globSync("**/may-import.list", { cwd: SRC }).flatMap((list) => {
    const room = roomOf(list);
    return partsOf(list)
      .map(({ file, places }): [string, readonly string[]] => [
        file === null ? room : join(room, file),
        places,
      ])
      .filter(([place]) => place !== "");
  }),
);

/**
 * The face of a room stands in its `may-be-imported.list`, one folder or file a line: all that others may import of it, or
 * under `[file.ts]` what that file of `src/` may beside. A room without a list may be imported everywhere.
 */
const FACES = globSync("**/may-be-imported.list", { cwd: SRC }).map((list) => ({
  room: roomOf(list),
  parts: partsOf(list),
}));

function roomOf(list: string): string {
  return list.replace(/\/?may-(?:be-)?import(?:ed)?\.list$/, "");
}

/** What stands in a list, and under each `[file.ts]` of it; `file` is null of what is for all. */
function partsOf(list: string): { readonly file: string | null; readonly places: readonly string[] }[] {
  return readFileSync(join(SRC, list), "utf8")
    .split(/^(?=\[)/m)
    .map((part) => {
      const lines = part.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      const file = /^\[(.+)\]$/.exec(lines[0] ?? "")?.[1] ?? null;
      return { file, places: file === null ? lines : lines.slice(1) };
    });
}

interface Import {
  readonly to: string;
  readonly isType: boolean;
}

const IMPORT =
  /\b(?:import|export)\s+(?<type>type\s)?(?:[^;"'()]*?\sfrom\s+)?["'](?<path>\.[^"']+)["']|\bimport\(\s*["'](?<lazy>\.[^"']+)["']/g;

/** The imports of a file from within `src/`, also lazy ones. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(IMPORT)].map(({ groups }) => ({
    to: normalize(join(file, "..", groups?.["path"] ?? groups?.["lazy"] ?? "")),
    isType: groups?.["type"] !== undefined,
  }));
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** Whose list a file is judged by: its own, or that of the innermost room. */
function listOf(file: string): string | undefined {
  return Object.keys(ALLOWED)
    .filter((place) => isIn(file, place))
    .sort((a, b) => b.length - a.length)[0];
}

function isAllowed(from: string, { to, isType }: Import): boolean {
  if (isIn(to, from)) return true;
  return (ALLOWED[from] ?? []).some((entry) => {
    const place = entry.replace(/^type /, "");
    return isIn(to, place) && (place === entry || isType);
  });
}

test("every file has a list that it is judged by, and every list its files", () => {
  expect(FILES.filter((file) => listOf(file) === undefined)).toEqual([]);
  expect(Object.keys(ALLOWED).filter((place) => !FILES.some((file) => isIn(file, place)))).toEqual([]);
});

test("every import goes where the lists allow", () => {
  const broken = FILES.flatMap((file) => {
    const from = listOf(file) ?? file;
    return importsOf(file)
      .filter((each) => !isAllowed(from, each))
      .map(({ to, isType }) => {
        const how = isType ? "imports types of" : "imports";
        return `src/${file} ${how} ${to}; ${from} may import: ${ALLOWED[from]?.join(", ") || "nothing"}.`;
      });
  });
  expect(broken).toEqual([]);
});

test("what has a face is entered by it", () => {
  const broken = FACES.flatMap(({ room, parts }) => {
    const places = (file: string) =>
      parts.filter((part) => part.file === null || part.file === file).flatMap((part) => part.places);
    return FILES.filter((file) => !isIn(file, room)).flatMap((file) =>
      importsOf(file)
        .filter(({ to }) => isIn(to, room) && !places(file).some((place) => isIn(to, place)))
        .map(({ to }) => `src/${file} imports ${to}, which is not in src/${room}/may-be-imported.list.`),
    );
  });
  expect(broken).toEqual([]);
});

test("a face names what is there, and what others import", () => {
  const named = FACES.flatMap(({ parts }) => parts.flatMap(({ places }) => places));
  expect(named.length).toBeGreaterThan(0);
  const isUsed = (place: string) =>
    FILES.some(
      (file) =>
        !FACES.some(({ room }) => isIn(place, room) && isIn(file, room)) &&
        importsOf(file).some(({ to }) => isIn(to, place)),
    );
  expect(named.filter((place) => !isUsed(place))).toEqual([]);
});

test("no suite of checks imports another one's files: what several share stands beside them", () => {
  const suiteOf = (file: string): string | undefined => /^checks\/([^/]+)\//.exec(file)?.[1];
  const between = FILES.flatMap((file) =>
    importsOf(file)
      .filter(({ to }) => suiteOf(file) !== undefined && ![undefined, suiteOf(file)].includes(suiteOf(to)))
      .map(({ to }) => `src/${file} imports src/${to}`),
  );
  expect(between).toEqual([]);
});

test("the imports are found, of every kind", () => {
  expect(importsOf("services/start-services.ts")).toContainEqual({
    to: "config/config-schema.ts",
    isType: true,
  });
  expect(importsOf("services/start-services.ts")).toContainEqual({
    to: "services/hmi/start-hmi.ts",
    isType: false,
  });
  expect(importsOf("config/read-config-file.ts")).toContainEqual({
    to: "config/parse-config-file.ts",
    isType: false,
  });
  expect(importsOf("index.ts")).toContainEqual({ to: "errors/user-error.ts", isType: false });
});

test("only the command line's own files end the process or write to its output", () => {
  const mayTouchProcess = [
    "cli",
    "main.ts",
    "fast-help.ts",
    "fast-status.ts",
    "fast-up.ts",
    "service-process.ts",
    "supervisor-process.ts",
  ];
  const touching = FILES.filter((file) =>
    /\bprocess\.(exit|stdout)\b/.test(readFileSync(join(SRC, file), "utf8")),
  );
  expect(touching.filter((file) => !mayTouchProcess.some((place) => isIn(file, place)))).toEqual([]);
});

/** Who may make a server, by what: each hands every call to the guard first, or has not a word for anybody. */
const SERVER_MAKERS: Readonly<Record<string, RegExp>> = {
  "http-guard/guarded-server.ts": /refusalOf\(callerOf\(request, deed\), policy\)/,
  "os/liveness-socket.ts": /createServer\(\(socket\) => socket\.destroy\(\)\)/,
  "services/http/http-server.ts": /app\.addHook\("onRequest", guardFastifyCalls\(/,
};

/** The modules that make servers, where more than their types is taken; Node's, where it is no client. */
const MAKES_SERVERS =
  /import (?!type\b)(?:[^;"']*\s)?from "(?:fastify|node:http2)"|import (?!type\b)(?:\* as|\w+[ ,]|\{[^}]*\bcreate\w*Server\b|\{[^}]*[{,]\s*Server\b)[^;"']*from "node:(?:http|https|net|tls)"|(?:import|require|getBuiltinModule)\(\s*["'](?:fastify|(?:node:)?http2)["']|\bcreate(?:Secure)?Server\b[^;]*(?:import|require|getBuiltinModule)\(|(?:import|require|getBuiltinModule)\([^;]*\bcreate(?:Secure)?Server\b/;

test("no server is made but by what asks the guard first", () => {
  const source = (file: string) => readFileSync(join(SRC, file), "utf8");
  expect(FILES.filter((file) => MAKES_SERVERS.test(source(file))).sort()).toEqual(
    Object.keys(SERVER_MAKERS).sort(),
  );
  for (const [file, guard] of Object.entries(SERVER_MAKERS)) expect(source(file)).toMatch(guard);
});

test.each([
  'import Fastify from "fastify";',
  'import Fastify, { type FastifyInstance } from "fastify";',
  'import { createServer } from "node:http";',
  'import { request, createServer as make } from "node:https";',
  'import {\n  Agent,\n  createServer,\n} from "node:net";',
  'import { Agent, Server } from "node:http";',
  'import * as http from "node:http";',
  'import http from "node:http";',
  'import { constants } from "node:http2";',
  'const { createServer } = await import("node:http");',
])("%j is seen to make servers", (text) => {
  expect(text).toMatch(MAKES_SERVERS);
});

test.each([
  'import type { FastifyInstance } from "fastify";',
  'import { Agent, type Server, request } from "node:http";',
  'import { connect, isIP } from "node:net";',
  'import { createGuardedServer } from "../src/http-guard/guarded-server.ts";',
])("%j is not", (text) => {
  expect(text).not.toMatch(MAKES_SERVERS);
});

test("what a command shows goes through the files that make it harmless", () => {
  // Help is our own text alone, and written by oclif.
  const mayWrite = ["cli/screen.ts", "cli/live-screen.ts", "cli/print-to-stdout.ts", "cli/help.ts"];
  // Knows the codes, to take them out; and to put in those of colours, for the screen.
  const reading = ["text/terminal-codes.ts", "cli/terminal-colours.ts"];
  // Their output is a log, which `stack logs` shows by a screen.
  const logged = ["supervisor", "supervisor-process.ts", "service-process.ts", "health-probe.ts"];
  const writing = FILES.filter((file) =>
    /\b(?:process\.(?:stdout|stderr)\.write|stream\.write|console\.|logToStderr|this\.(?:log|warn)\()|\bux\b|\\u001b|\\x1b/.test(
      readFileSync(join(SRC, file), "utf8"),
    ),
  );
  expect(
    writing.filter((file) => ![...mayWrite, ...reading, ...logged].some((place) => isIn(file, place))),
  ).toEqual([]);
});
