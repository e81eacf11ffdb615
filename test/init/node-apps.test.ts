import { expect, test } from "vitest";
import { findNodeApps } from "../../src/init/node-apps.ts";
import { tempFolder } from "../support/temp.ts";

const manifest = (dependency: string, scripts: Record<string, string> = {}): string =>
  JSON.stringify({ dependencies: { [dependency]: "*" }, scripts });

const appsOf = (dependency: string, text: string, file = "server.ts") =>
  findNodeApps(tempFolder({ "package.json": manifest(dependency), [file]: text }));

test("an application is told with its lines", () => {
  const text = [
    'import express from "express";',
    "const app = express();",
    'app.get("/health", (request, response) => response.json({ ok: true }));',
    'app.post("/api/chat/:id/stream", stream);',
    "app.listen(3001);",
  ].join("\n");
  expect(appsOf("express", text, "src/server.ts")).toEqual([
    {
      language: "node",
      framework: "Express",
      folder: ".",
      file: "src/server.ts",
      where: "src/server.ts:2",
      variable: "app",
      script: undefined,
      port: { value: 3001, where: "src/server.ts:5" },
      health: { value: "/health", where: "src/server.ts:3" },
      chat: [{ value: "/api/chat/:id/stream", where: "src/server.ts:4" }],
    },
  ]);
});

test.each([
  ["express", "const app: Application = express()", "Express"],
  ["fastify", "const server = Fastify({ logger: true })", "Fastify"],
  ["fastify", "const app = fastify()", "Fastify"],
  ["hono", "const app = new Hono<{ Bindings: Env }>()", "Hono"],
  ["koa", "const app = new Koa()", "Koa"],
  ["@nestjs/core", "const app = await NestFactory.create(AppModule)", "NestJS"],
  ["elysia", "const app = new Elysia()", "Elysia"],
  ["ws", "const live = new WebSocketServer({ port: 8081 })", "ws"],
])("of %s: %s", (dependency, text, framework) => {
  expect(appsOf(dependency, text)).toMatchObject([{ framework }]);
});

test.each([
  ["a number", "app.listen(3001, () => {})", 3001],
  ["a constant", "const PORT = 3002;\napp.listen(PORT)", 3002],
  ["a variable's default", "app.listen(process.env.PORT ?? 3003)", 3003],
  [
    "a constant of a variable's default",
    "const port = Number(process.env.PORT || 3004)\napp.listen(port)",
    3004,
  ],
  ["an option", "app.listen({ port: 3005, host: '0.0.0.0' })", 3005],
  ["of another server", "serve({ fetch: app.fetch, port: 3006 })", 3006],
  ["nothing", "app.listen()", undefined],
  ["what cannot be told", "app.listen(await freePort())", undefined],
])("the port is %s", (_, text, port) => {
  expect(appsOf("express", `const app = express()\n${text}\n`)[0]?.port?.value).toBe(port);
});

test("Next.js is known by its package, its routes by their files, its port by its script", () => {
  const folder = tempFolder({
    "web/package.json": manifest("next", { dev: "next dev -p 3100", build: "next build" }),
    "web/app/api/chat/route.ts": "export async function POST() {}",
    "web/app/page.tsx": "export default function Page() {}",
  });
  expect(findNodeApps(folder)).toEqual([
    {
      language: "node",
      framework: "Next.js",
      folder: "web",
      file: "web/package.json",
      where: "web/package.json",
      variable: "next",
      script: "dev",
      port: { value: 3100, where: "web/package.json" },
      chat: [{ value: "/api/chat", where: "web/app/api/chat/route.ts" }],
    },
  ]);
});

test.each([
  ["without the dependency", manifest("react"), "const app = express()", "server.ts"],
  ["in a test", manifest("express"), "const app = express()", "server.test.ts"],
  ["where the manifest is none", "{", "const app = express()", "server.ts"],
])("there is no application %s", (_, packageJson, text, file) => {
  expect(findNodeApps(tempFolder({ "package.json": packageJson, [file]: text }))).toEqual([]);
});

test("a server without a framework is known, with its port and the paths that it compares with, in no package at all", () => {
  const text = [
    'import http from "node:http";',
    "const PORT = Number(process.env.PORT ?? 5066);",
    "const server = http.createServer((request, response) => {",
    '  if (url.pathname === "/healthz") return ok(response);',
    '  if (url.pathname === "/api/chats") return list(response);',
    "});",
    'const live = new WebSocketServer({ server, path: "/live" });',
    "server.listen(PORT);",
  ].join("\n");
  expect(findNodeApps(tempFolder({ "server.mjs": text }))).toMatchObject([
    {
      framework: "node:http",
      variable: "server",
      where: "server.mjs:3",
      port: { value: 5066, where: "server.mjs:2" },
      chat: [{ value: "/api/chats" }],
    },
  ]);
});

test.each([
  ["Bun.serve({ port: 3002, fetch })", "Bun", 3002],
  ["Deno.serve({ port: 8002 }, handler)", "Deno", 8002],
  ["require('http').createServer(f).listen(8003)", "node:http", 8003],
])("of no framework: %s", (text, framework, port) => {
  expect(findNodeApps(tempFolder({ "main.ts": text }))).toMatchObject([{ framework, port: { value: port } }]);
});

test("a server around an application of a framework is that application", () => {
  const text = 'import http from "http";\nconst app = express();\nhttp.createServer(app).listen(3000);';
  expect(appsOf("express", text)).toMatchObject([{ framework: "Express" }]);
});
