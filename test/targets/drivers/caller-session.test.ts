import { expect, onTestFinished, test } from "vitest";
import type { WireSettings } from "../../../src/contract/wire-description.ts";
import { recordingSteps } from "../../../src/harness/record-steps.ts";
import { type Caller, CallerSession } from "../../../src/targets/drivers/caller-session.ts";
import { connectDriver } from "../../../src/targets/drivers/define-driver.ts";
import { createDescribedChat } from "../../../src/targets/drivers/described-chat.ts";
import { described } from "../../../src/targets/drivers/shipped/described-driver.ts";
import { createHttpClient } from "../../../src/targets/http-client.ts";
import { LOGINS, PEOPLE_WIRE, type PeopleLogin, startPeopleChat } from "../../support/people-chat.ts";
import { type Route, serveRoutes } from "../../support/routes.ts";

const ADA: Caller = { name: "ada", secret: "lovelace" };
const SOON = () => AbortSignal.timeout(10_000);

function chatAs(url: string, caller: Caller, login: WireSettings["login"]) {
  const client = createHttpClient(url);
  onTestFinished(() => client.close());
  const wire = { ...PEOPLE_WIRE, ...(login && { login }) };
  const session = new CallerSession({ client, wire, caller });
  const more = { driver: "described", model: null, agent: "a", isStandIn: false };
  return createDescribedChat({ ...more, client, wire, session });
}

test.each<PeopleLogin>(["bearer", "form", "cookie"])(
  "whoever is let in is asked for once, and again when nobody knows them any more: %s",
  async (login) => {
    const backEnd = await startPeopleChat({ login });
    const chat = chatAs(backEnd.url, ADA, LOGINS[login]);
    await Promise.all([chat.conversations(SOON()), chat.conversations(SOON())]);
    expect(backEnd.logins).toEqual(["ada"]);
    backEnd.forgetPeople();
    expect(await Promise.all([chat.conversations(SOON()), chat.conversations(SOON())])).toEqual([[], []]);
    expect(backEnd.logins).toEqual(["ada", "ada"]);
  },
);

test("a call that is refused to whom has just been let in is not asked again and again", async () => {
  let logins = 0;
  const url = await serveRoutes({
    "POST /login": () => {
      logins += 1;
      return { access_token: `t${logins}` };
    },
    "GET /chats": ({ response }) => response.writeHead(401).end() && undefined,
  });
  const chat = chatAs(url, ADA, LOGINS.bearer);
  for (const _ of [1, 2]) await expect(chat.conversations(SOON())).rejects.toThrow("GET /chats answered 401");
  expect(logins).toBe(1);
});

test("a redirect to the login is an answer to whom nobody knows", async () => {
  const known = new Set<string>();
  let logins = 0;
  const url = await serveRoutes({
    "POST /login": ({ response }) => {
      logins += 1;
      known.add(`sid=${logins}`);
      response.setHeader("set-cookie", `sid=${logins}`);
      return response.writeHead(302, { location: "/" }).end() && undefined;
    },
    "GET /chats": ({ headers, response }) =>
      known.has(headers.cookie ?? "")
        ? []
        : response.writeHead(302, { location: "/login?next=%2Fchats" }).end() && undefined,
  });
  const chat = chatAs(url, ADA, LOGINS.cookie);
  expect(await chat.conversations(SOON())).toEqual([]);
  known.clear();
  expect(await chat.conversations(SOON())).toEqual([]);
  expect(logins).toBe(2);
});

test("cookies are kept as a browser keeps them, and one of them may be the token", async () => {
  const seen: Record<string, unknown>[] = [];
  const note: Route = ({ headers, response }) => {
    seen.push({ cookie: headers.cookie, csrf: headers["x-csrftoken"] });
    response.setHeader("set-cookie", ["gone=; Max-Age=0", `turn=${seen.length}; HttpOnly`]);
    return [];
  };
  const url = await serveRoutes({
    "POST /login": ({ response }) => {
      response.setHeader("set-cookie", ["sid=a=b; Path=/; Secure", "csrftoken=c1; Path=/", "gone=1"]);
      return {};
    },
    "GET /chats": note,
  });
  const client = createHttpClient(url);
  onTestFinished(() => client.close());
  const chat = await connectDriver(described, {
    ...{ client, model: null, agent: "a", isStandIn: false, user: "ada", token: "lovelace" },
    settings: {
      ...PEOPLE_WIRE,
      headers: { "X-CSRFToken": "{token}", Cookie: "lang=en" },
      login: { ...LOGINS.cookie, told: { token: "@cookie.csrftoken" } },
    },
  });
  await chat.conversations(SOON());
  await chat.conversations(SOON());
  expect(seen).toEqual([
    { cookie: "lang=en; sid=a=b; csrftoken=c1; gone=1", csrf: "c1" },
    { cookie: "lang=en; sid=a=b; csrftoken=c1; turn=1", csrf: "c1" },
  ]);
});

test("no password is in the record of what was done, and a refusal that quotes it is told without", async () => {
  const backEnd = await startPeopleChat({ passwords: { ada: "another" } });
  const steps: unknown[] = [];
  await recordingSteps(steps, async () => {
    const url = await serveRoutes({
      "POST /login": ({ body, response }) => {
        response.statusCode = 422;
        return { detail: `what is ${body}?` };
      },
    });
    await expect(chatAs(url, ADA, LOGINS.bearer).conversations(SOON())).rejects.toThrow(
      `${url} does not let ada in: POST /login answered 422: what is {"username":"ada","password":"…"}?`,
    );
    await expect(chatAs(backEnd.url, ADA, LOGINS.bearer).conversations(SOON())).rejects.toThrow("let ada in");
  });
  expect(JSON.stringify(steps)).not.toContain("lovelace");
});

test("whoever has a token needs no login; and a login for people with names is for nobody else", async () => {
  const backEnd = await startPeopleChat();
  const chat = chatAs(backEnd.url, { name: "", secret: "no such token" }, LOGINS.bearer);
  await expect(chat.conversations(SOON())).rejects.toThrow("answered 401: who are you?");
  expect(backEnd.logins).toEqual([]);
  const client = createHttpClient(backEnd.url);
  onTestFinished(() => client.close());
  const settings = { ...PEOPLE_WIRE, login: LOGINS.bearer };
  const nobody = { client, settings, model: null, agent: "a", isStandIn: false, user: "", token: "" };
  await expect(connectDriver(described, nobody)).rejects.toMatchObject({
    message: expect.stringContaining("lets people in by their names"),
    hint: expect.stringContaining("auth.users"),
  });
});

test("a login that gives nothing says where nothing was", async () => {
  const url = await serveRoutes({ "POST /login": () => ({ jwt: "x" }) });
  await expect(chatAs(url, ADA, LOGINS.bearer).conversations(SOON())).rejects.toThrow(
    "POST /login answered 200 with nothing at access_token",
  );
  await expect(chatAs(url, ADA, LOGINS.cookie).conversations(SOON())).rejects.toThrow("with no cookie");
});

test("guests are let in without a name", async () => {
  const url = await serveRoutes({
    "POST /guest": () => ({ token: "g1" }),
    "GET /chats": ({ headers }) => (headers.authorization === "Bearer g1" ? [{ id: 7 }] : []),
  });
  const login = { request: "POST /guest", told: { token: "token" } };
  expect(await chatAs(url, { name: "", secret: "" }, login).conversations(SOON())).toEqual(["7"]);
});
