import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { EventWebhook } from "../../../src/supervisor/daemon/event-webhook.ts";
import type { ServiceEvent } from "../../../src/supervisor/supervisor-protocol.ts";
import { freePort, listen, temporaryState } from "../helpers.ts";
import { obedient, Stack } from "./helpers.ts";

const QUICK = { timeoutMs: 200, backoffMs: 10 };

function event(detail: string): ServiceEvent {
  return { time: "2026-01-02T03:04:05.678Z", service: "sample", event: "exited", pid: 1, detail };
}

async function receiver(listener: RequestListener): Promise<string> {
  const server = await listen(createServer(listener));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`;
}

const quiet = () => undefined;

test("events are posted as JSON, in order", async () => {
  const bodies: unknown[] = [];
  const url = await receiver(async (request, response) => {
    expect([request.method, request.url, request.headers["content-type"]]).toEqual([
      "POST",
      "/hook?token=secret",
      "application/json",
    ]);
    bodies.push(JSON.parse(await text(request)));
    response.writeHead(204).end();
  });
  const webhook = new EventWebhook(url, quiet, QUICK);
  for (const detail of ["one", "two", "three"]) webhook.send(event(detail));
  await expect.poll(() => bodies).toEqual([event("one"), event("two"), event("three")]);
});

test("what is refused, or not answered in time, is posted again", async () => {
  let posts = 0;
  const url = await receiver((_, response) => {
    posts += 1;
    if (posts === 1) response.writeHead(503).end();
    if (posts === 3) response.writeHead(200).end();
  });
  new EventWebhook(url, quiet, QUICK).send(event("one"));
  await expect.poll(() => posts).toBe(3);
});

test("what nobody takes is given up with a word that holds no secret", async () => {
  const said: string[] = [];
  const port = await freePort();
  new EventWebhook(`http://127.0.0.1:${port}/hook?token=secret`, (text) => said.push(text), QUICK).send(
    event("one"),
  );
  await expect.poll(() => said.join("")).toContain(`webhook at 127.0.0.1:${port}: connect ECONNREFUSED`);
  expect(said.join("")).not.toContain("secret");
});

test("of too many events that wait, the oldest are given up", async () => {
  const said: string[] = [];
  const details: string[] = [];
  let release: (() => void) | undefined;
  const url = await receiver(async (request, response) => {
    const { detail } = JSON.parse(await text(request));
    details.push(detail);
    if (detail === "0") await new Promise<void>((resolve) => (release = resolve));
    response.end();
  });
  const webhook = new EventWebhook(url, (text) => said.push(text), { timeoutMs: 10_000, backoffMs: 10 });
  webhook.send(event("0"));
  await expect.poll(() => details).toEqual(["0"]);
  for (let count = 1; count <= 102; count += 1) webhook.send(event(String(count)));
  release?.();
  await expect.poll(() => details.at(-1)).toBe("102");
  expect(details.slice(0, 2)).toEqual(["0", "3"]);
  expect(said).toHaveLength(2);
});

test("a webhook that hangs keeps the supervisor from nothing", async () => {
  const server = createServer(() => undefined);
  const hook = await listen(server);
  const posted = once(server, "request");
  const state = temporaryState();
  const webhook = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const stack = new Stack(state, [await obedient(state, "sample")], { webhook });
  await stack.up();
  await stack.untilReady("sample");
  await posted;
});
