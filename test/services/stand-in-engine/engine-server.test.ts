import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startStandIn } from "../../../src/services/stand-in-engine/start-stand-in.ts";
import { call, startTestEngine } from "./client.ts";

const PLAIN = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";

test("the root says what Ollama says", async () => {
  const answer = await call(await startTestEngine(), "GET", "/");
  expect(answer).toMatchObject({ status: 200, text: "Ollama is running" });
  expect(answer.headers["content-type"]).toBe(PLAIN);
});

test("the version tells a stand-in from Ollama", async () => {
  const answer = await call(await startTestEngine(), "GET", "/api/version");
  expect(answer).toMatchObject({ status: 200, text: '{"version":"0.23.0+stand-in"}' });
  expect(answer.headers).toMatchObject({ "content-type": JSON_TYPE, server: "chat-stack stand-in" });
});

test.each(["/", "/api/version", "/api/tags"])("HEAD %s has the headers of GET and no body", async (path) => {
  const engine = await startTestEngine();
  const [head, get] = [await call(engine, "HEAD", path), await call(engine, "GET", path)];
  expect(head).toMatchObject({ status: 200, text: "" });
  expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
  expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
});

test.each([
  ["POST", "/", "HEAD, GET"],
  ["DELETE", "/api/tags", "HEAD, GET"],
  ["HEAD", "/api/ps", "GET"],
  ["GET", "/api/chat", "POST"],
  ["PUT", "/api/show", "POST"],
])("%s %s is not allowed, %s is", async (method, path, allowed) => {
  const answer = await call(await startTestEngine(), method, path);
  expect(answer.status).toBe(405);
  expect(answer.text).toBe(method === "HEAD" ? "" : "405 method not allowed");
  expect(answer.headers).toMatchObject({ allow: allowed, "content-type": "text/plain" });
});

test.each([
  ["GET", "/nothing"],
  ["POST", "/api/pull"],
  ["POST", "/api/embed"],
  ["POST", "/v1/completions"],
])("%s %s is not there", async (method, path) => {
  const answer = await call(await startTestEngine(), method, path);
  expect(answer).toMatchObject({ status: 404, text: "404 page not found" });
  expect(answer.headers["content-type"]).toBe("text/plain");
});

test("a query does not hide a path", async () => {
  expect(await call(await startTestEngine(), "GET", "/api/version?x=1")).toMatchObject({ status: 200 });
});

test("a Host that is not this machine's is refused without a body", async () => {
  const answer = await call(await startTestEngine(), "GET", "/api/tags", "", { host: "example.com" });
  expect(answer).toMatchObject({ status: 403, text: "" });
});

test("any Host passes where the stand-in is bound beyond loopback", async () => {
  const engine = await startTestEngine({ host: "0.0.0.0" });
  const answer = await call(engine, "GET", "/api/version", "", { host: "example.com" });
  expect(answer.status).toBe(200);
});

test("OPTIONS has an empty answer", async () => {
  expect(await call(await startTestEngine(), "OPTIONS", "/api/chat")).toMatchObject({
    status: 204,
    text: "",
  });
});

test("a client that leaves before its body is whole does no harm", async () => {
  const engine = await startTestEngine();
  const socket = connect(engine.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
  socket.destroySoon();
  await once(socket, "close");
  expect(await call(engine, "GET", "/")).toMatchObject({ status: 200 });
});

test("a taken port is Node's error", async () => {
  const engine = await startTestEngine();
  await expect(startStandIn({ port: engine.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("a closed stand-in has left its port, and may be closed again", async () => {
  const engine = await startStandIn();
  await engine.close();
  await engine.close();
  await expect(call(engine, "GET", "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

// As recorded from Ollama: 403, and no byte of a body.
test.each([
  ["GET", "/api/tags", "https://evil.example"],
  ["GET", "/api/tags", "http://localhost.evil.example"],
  ["POST", "/api/chat", "https://evil.example"],
  ["OPTIONS", "/api/chat", "https://evil.example"],
  ["GET", "/api/version", "null"],
])("%s %s from a page of %s is refused as Ollama does", async (method, path, origin) => {
  const answer = await call(await startTestEngine(), method, path, "", { origin });
  expect(answer).toMatchObject({ status: 403, text: "", headers: { "content-length": "0" } });
});

test.each(["http://localhost:3000", "https://127.0.0.1", "app://obsidian.md", "vscode-webview://x"])(
  "a page of %s may call, as it may call Ollama",
  async (origin) => {
    expect((await call(await startTestEngine(), "GET", "/api/tags", "", { origin })).status).toBe(200);
  },
);

test.each(["http://localhost:3000", "https://evil.example", "null"])(
  "what it was asked is not told to a page of %s",
  async (origin) => {
    const engine = await startTestEngine();
    expect((await call(engine, "GET", "/stand-in/generations", "", { origin })).status).toBe(403);
  },
);

test("bound beyond loopback, its record is told only under its own names", async () => {
  const engine = await startTestEngine({ host: "0.0.0.0", allowedHosts: ["engine.lan"] });
  const ask = (host: string) => call(engine, "GET", "/stand-in/generations", "", { host });
  expect((await ask("evil.example")).status).toBe(403);
  for (const host of ["engine.lan:11434", "192.168.1.2:11434", "localhost"])
    expect((await ask(host)).status).toBe(200);
});

test("its record asks for the token, and Ollama's calls do not", async () => {
  const engine = await startTestEngine({ token: "secret" });
  const ask = (headers: Record<string, string>) => call(engine, "GET", "/stand-in/generations", "", headers);
  expect((await ask({})).status).toBe(401);
  expect((await ask({ authorization: "Bearer secret" })).status).toBe(200);
  expect((await call(engine, "GET", "/api/tags")).status).toBe(200);
});
