import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { recordHar as recordChromium } from "../../scripts/real/chromium-har.ts";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { tryWire } from "../../src/learn/try-wire.ts";
import { CHANNEL_WIRE, startChannelChat } from "../support/channel-chat.ts";
import { PATH, runStack } from "../support/cli.ts";
import { EXPRESS_CHAT, startExpressChat } from "../support/express-chat.ts";
import { learnThroughTap } from "../support/learn.ts";
import { LOGINS, startPeopleChat } from "../support/people-chat.ts";
import { type RoutedCall, serveRoutes } from "../support/routes.ts";
import { tempFolder } from "../support/temp.ts";
import { serveChatPage } from "../support/web-socket-chat.ts";
import { CHROMIUM, NO_CHROMIUM, sharedChromium } from "./chromium.ts";

if (CHROMIUM === undefined) test("back ends that are learned in a browser", ({ skip }) => skip(NO_CHROMIUM));

const EVENT_SOURCE_PAGE = `<!doctype html><title>ready</title>
<input aria-label="Message"><button>Send</button>
<script>
  document.querySelector("button").onclick = () => {
    const source = new EventSource("/ask?q=" + encodeURIComponent(document.querySelector("input").value));
    source.addEventListener("over", () => {
      source.close();
      document.title = "answered";
    });
  };
</script>`;

/** What Chromium notes of the network while a person does this: the file that it saves. */
async function recordHar(url: string, act: (page: Page) => Promise<void>): Promise<string> {
  const file = join(tempFolder(), "chat.har");
  const browser = await sharedChromium();
  const context = await browser.newContext({ recordHar: { path: file, content: "embed" } });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await act(page);
  } finally {
    // It saves what it has recorded.
    await context.close();
  }
  return file;
}

async function titled(page: Page, title: string): Promise<void> {
  await page.waitForFunction((wanted) => document.title === wanted, title);
}

async function say(page: Page, text: string): Promise<void> {
  await titled(page, "ready");
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

test.skipIf(CHROMIUM === undefined)(
  "an Express back end with two odd choices is learned from what Chromium saved, and then verified",
  async () => {
    const url = await startExpressChat();
    const har = await recordHar(url, async (page) => {
      const answer = page.waitForResponse((response) => response.url().endsWith("/say"));
      await say(page, "Why are there tides?");
      await titled(page, "answered");
      // What the browser has not been asked for before the page is left is not in the file.
      await (await answer).body();
      await page.reload();
      await titled(page, "ready");
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "Delete" }).click();
      await titled(page, "deleted");
    });
    const { driver, wire } = learnWire(readHar("chat.har", JSON.parse(readFileSync(har, "utf8"))));
    const { stream, ...rest } = EXPRESS_CHAT;
    expect(driver).toBe("described");
    // That nothing was stopped in mid-reply leaves that word to a person.
    expect(wire).toMatchObject({ ...rest, stream: { ...stream, done: { of: "end", reason: "reason" } } });

    const here = { cwd: tempFolder(), env: { PATH, OLLAMA_HOST: "127.0.0.1:1" } };
    const init = await runStack(["init", "--from", har, "--yes", "--json"], here);
    expect(init.stderr).toContain('✓ Tried with "Say hello in three words.": Tides come from');
    expect(JSON.parse(init.stdout)).toMatchObject({
      written: true,
      tried: { problems: [], rows: 4, left: null },
    });
    const verify = await runStack(["verify", "persistence", "--json"], here);
    const { counts } = JSON.parse(verify.stdout);
    // Its replies are short: on a loaded machine one may be over before it can be looked at in the middle.
    expect(counts.broken).toBe(0);
    expect(counts.holds).toBeGreaterThan(3);
    const { talks } = await (await fetch(`${url}/api/talks`)).json();
    expect(talks).toEqual([]);
  },
  60_000,
);

test.skipIf(CHROMIUM === undefined)(
  "GETs alone, by an EventSource, are learned from what Chromium keeps of its events; without them that is said",
  async () => {
    const url = await serveRoutes({
      "GET /": ({ response }) => {
        response.setHeader("content-type", "text/html").end(EVENT_SOURCE_PAGE);
      },
      "GET /ask": ({ query, response }) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const text of ["Rivers ", "Rivers bring ", `Rivers bring ${query.get("q")}`]) {
          response.write(`data: ${JSON.stringify({ text })}\n\n`);
        }
        response.write('event: over\ndata: {"why":"stop"}\n\n');
      },
    });
    let stop = async (): Promise<object> => ({});
    const playwright = await recordHar(url, async (page) => {
      stop = await recordChromium(page, (asked) => asked.startsWith(url));
      await say(page, "Why is the sea salty?");
      await titled(page, "answered");
    });
    const { wire, talk, url: at } = learnWire(readHar("chat.har", await stop()));
    expect(talk).toEqual({ said: "Why is the sea salty?", reply: "Rivers bring Why is the sea salty?" });
    expect(wire).toMatchObject({
      send: { request: "GET /ask?q={text}" },
      stream: {
        framing: "sse",
        type: "@event",
        text: { of: "message", at: "text", cumulative: true },
        done: { of: "over", reason: "why" },
      },
    });
    expect(at).toBe(url);
    // Playwright keeps nothing of an EventSource.
    const bare = JSON.parse(readFileSync(playwright, "utf8"));
    expect(() => learnWire(readHar("chat.har", bare))).toThrow("In chat.har is no reply.");
  },
  60_000,
);

/** What a tap writes down while a person does this at it: what is learned from that, and tried at the back end itself. */
async function learnByTap(upstream: string, act: (page: Page) => Promise<void>) {
  return await learnThroughTap(upstream, async (url) => {
    const context = await (await sharedChromium()).newContext();
    try {
      const page = await context.newPage();
      await page.goto(url);
      await act(page);
    } finally {
      await context.close();
    }
  });
}

test.skipIf(CHROMIUM === undefined)(
  "the same Express back end is learned from what a tap has recorded of its page, with a stop in mid-reply",
  async () => {
    const { learned, tried } = await learnByTap(await startExpressChat(), async (page) => {
      await say(page, "Why are there tides?");
      await titled(page, "answered");
      await page.reload();
      await titled(page, "ready");
      const lines = await page.locator("li").count();
      await say(page, "Why are there tides, again?");
      await page.locator("li").nth(lines).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await titled(page, "answered");
      await page.reload();
      await titled(page, "ready");
      await page.getByRole("button", { name: "Delete" }).click();
      await titled(page, "deleted");
    });
    const { stream, ...rest } = EXPRESS_CHAT;
    // On a loaded machine the reply may have been over before it was stopped.
    expect(learned.wire).toMatchObject({
      ...rest,
      stream: { ...stream, done: { of: "end", reason: "reason" } },
    });
    expect(tried).toMatchObject({ problems: [], rows: 4, left: null });
  },
  60_000,
);

/** How a page may send a message beside JSON, and what is learned of it. */
const ODD_PAGES = [
  {
    name: "a form with a file in it, which browsers leave out of their log",
    send: `const form = new FormData(); form.append("question", text); form.append("room", room);
      form.append("attachment", new Blob([]), "none"); body = form;`,
    read: async ({ body, contentType }: RoutedCall) => {
      const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
      return { room: String(form.get("room")), text: String(form.get("question")) };
    },
    learned: {
      request: "POST /ask",
      body: { question: "{text}", room: "{conversation}" },
      content_type: "multipart/form-data",
    },
  },
  {
    name: "plain text",
    send: `body = text; path += "?room=" + room;`,
    read: async ({ body, query }: RoutedCall) => ({ room: query.get("room") ?? "", text: body }),
    learned: { request: "POST /ask?room={conversation}", body: "{text}", content_type: "text/plain" },
  },
] as const;

test.skipIf(CHROMIUM === undefined).each(ODD_PAGES)(
  "a page that sends $name is learned from what a tap has recorded",
  async ({ send, read, learned: expected }) => {
    const rooms = new Map<string, object[]>();
    const upstream = await serveRoutes({
      "GET /": ({ response }) => {
        response.setHeader("content-type", "text/html").end(`<!doctype html><title>page</title>
<input aria-label="Message"><button>Send</button>
<script type="module">
  const room = (sessionStorage.room ??= crypto.randomUUID());
  await (await fetch("/rooms/" + room)).json();
  document.querySelector("button").onclick = async () => {
    const text = document.querySelector("input").value;
    let body, path = "/ask";
    ${send}
    await (await fetch(path, { method: "POST", body })).text();
    document.title = "answered";
  };
  document.title = "ready";
</script>`);
      },
      "GET /rooms/:id": ({ params }) => rooms.get(params["id"] ?? "") ?? [],
      "POST /ask": async (call) => {
        const { room, text } = await read(call);
        const reply = `You asked ${text} and rivers bring salt.`;
        const said = [
          { by: "person", words: text },
          { by: "machine", words: reply },
        ];
        rooms.set(room, [...(rooms.get(room) ?? []), ...said]);
        call.response.setHeader("content-type", "text/plain");
        for (const piece of reply.split(/(?<= )/)) call.response.write(piece);
        call.response.end();
      },
    });
    const { learned, tried } = await learnByTap(upstream, async (page) => {
      await say(page, "Why is the sea salty?");
      await titled(page, "answered");
      await page.reload();
      await titled(page, "ready");
    });
    expect(learned.wire).toMatchObject({
      conversation: "own",
      send: expected,
      stream: { framing: "text" },
      rows: { request: "GET /rooms/{conversation}", text: "words", role: "by" },
    });
    expect(tried).toMatchObject({ problems: [], rows: 4 });
  },
  60_000,
);

test.skipIf(CHROMIUM === undefined)(
  "the frames of a WebSocket are in what Chromium saves, and are learned",
  async () => {
    const har = await recordHar(await serveChatPage(), async (page) => {
      await say(page, "Why is the sea salty?");
      await titled(page, "answered");
    });
    const { wire, talk } = learnWire(readHar("chat.har", JSON.parse(readFileSync(har, "utf8"))));
    expect(talk).toEqual({ said: "Why is the sea salty?", reply: "Rivers bring salt." });
    expect(wire).toMatchObject({
      send: { request: "WS /ws", body: { ask: "{text}" } },
      stream: { framing: "websocket", type: "op", text: { of: "piece", at: "d" }, done: { of: "end" } },
    });
  },
  60_000,
);

test.skipIf(CHROMIUM === undefined).each(["bearer", "form", "cookie"] as const)(
  "a login is learned from what Chromium saved, also without the cookies and tokens that browsers leave out: %s",
  async (login) => {
    const backEnd = await startPeopleChat({ login });
    const har = await recordHar(backEnd.url, async (page) => {
      await titled(page, "who");
      await page.getByLabel("Name").fill("ada");
      await page.getByLabel("Password").fill("lovelace");
      await page.getByRole("button", { name: "Log in" }).click();
      await say(page, "Why are there tides?");
      await titled(page, "answered");
      await page.reload();
      await titled(page, "ready");
    });
    const saved = readFileSync(har, "utf8");
    const { wire, unknown, findings } = learnWire(readHar("chat.har", JSON.parse(saved)));
    expect(wire.headers).toBeUndefined();
    const { content_type } = LOGINS.form;
    expect(wire.login).toEqual(
      {
        bearer: LOGINS.bearer,
        form: { ...LOGINS.form, body: { grant_type: "password", ...(LOGINS.form.body as object) } },
        cookie: { ...LOGINS.cookie, content_type },
      }[login],
    );
    expect(unknown.filter(({ setting }) => ["login", "headers"].includes(setting))).toEqual([
      { setting: "login", why: expect.stringContaining("STACK_AUTH_USERS") },
    ]);
    expect(JSON.stringify(findings)).not.toContain("lovelace");

    const bare = JSON.parse(saved);
    for (const { request, response } of bare.log.entries) {
      for (const part of [request, response]) {
        part.headers = part.headers.filter(
          ({ name }: { name: string }) => !/cookie|authorization/i.test(name),
        );
        part.cookies = [];
      }
    }
    const guessed = learnWire(readHar("chat.har", bare));
    expect(guessed.wire.login).toEqual(wire.login);
    expect(guessed.unknown).toContainEqual({
      setting: "login",
      why: expect.stringMatching(/browsers leave cookies and tokens out.*(?:access_token|cookies).* taken/),
    });

    const users = { STACK_AUTH_USERS: JSON.stringify({ ada: "lovelace", ben: "franklin" }) };
    const here = { cwd: tempFolder(), env: { PATH, OLLAMA_HOST: "127.0.0.1:1", ...users } };
    const init = await runStack(["init", "--from", har, "--yes", "--json"], here);
    expect(JSON.parse(init.stdout)).toMatchObject({ written: true, tried: { problems: [], rows: 4 } });
    const verify = await runStack(["verify", "isolation", "--grep", "another-rows", "--json"], here);
    expect(JSON.parse(verify.stdout).counts).toMatchObject({ holds: 1, broken: 0 });
    expect(`${init.stdout}${init.stderr}${verify.stdout}${verify.stderr}`).not.toContain("lovelace");
  },
  60_000,
);

test.skipIf(CHROMIUM === undefined)(
  "an EventSource that is open for all replies is learned by the ids in its events, and read so",
  async () => {
    const { url } = await startChannelChat();
    let stop = async (): Promise<object> => ({});
    await recordHar(url, async (page) => {
      stop = await recordChromium(page, (asked) => asked.startsWith(url));
      const answered: Promise<unknown>[] = [];
      page.on("response", (answer) => {
        if (answer.url().endsWith("/say")) answered.push(answer.finished());
      });
      await page.reload();
      await say(page, "Why is the sea salty?");
      await titled(page, "answered 17");
      await page.getByLabel("Message").fill("Why are there tides?");
      await page.getByRole("button", { name: "Send" }).click();
      await titled(page, "answered 18");
      await Promise.all(answered);
    });
    const learned = learnWire(readHar("chat.har", await stop()));
    const { conversation, send, read, stream } = CHANNEL_WIRE;
    expect(learned.wire).toMatchObject({ conversation, send, read, stream: { channel: stream.channel } });
    const tried = await tryWire(learned, { token: "", signal: AbortSignal.timeout(20_000) });
    expect(tried).toMatchObject({
      problems: [],
      reply: { text: "You asked Say hello in three words. and rivers bring salt.", isDone: true },
    });
  },
  60_000,
);
