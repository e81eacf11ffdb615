import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pageRoutes } from "../../src/contract/routes.ts";
import { PATIENTLY } from "../support/cli.ts";
import { createProfile, createSession, messagesOf, say as sayTo } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, openChatPage } from "./page.ts";
import { type Supervised, startSupervised } from "./supervised.ts";

if (CHROMIUM === undefined) test("hostile text in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** Each would set `window.hit`, open a dialog, or ask somebody else, if it were more than text. */
const HOSTILE = [
  "<script>window.hit = 1; alert(1)</script>",
  '<img src="https://elsewhere.example/i.png" onerror="window.hit = 1">',
  "<img src=x onerror=window.hit=1>",
  '<svg onload="window.hit = 1"><animate onbegin="window.hit = 1" attributeName="x" dur="1s"></svg>',
  '<iframe srcdoc="<script>parent.hit = 1</script>"></iframe>',
  '<object data="https://elsewhere.example/o"></object><embed src="https://elsewhere.example/e">',
  '<link rel="stylesheet" href="https://elsewhere.example/s.css"><style>@import "//elsewhere.example/t.css"</style>',
  '<base href="https://elsewhere.example/"><meta http-equiv="refresh" content="0;url=https://elsewhere.example/">',
  '<form action="https://elsewhere.example/"><button formaction="javascript:window.hit=1">press</button></form>',
  '<details open ontoggle="window.hit = 1"><summary>more</summary></details>',
  '<a href="javascript:window.hit=1" autofocus onfocus="window.hit=1">raw link</a>',
  "[script](javascript:window.hit=1) [Script](JaVaScRiPt:window.hit=1) [entity](&#106;avascript:window.hit=1)",
  "[tab](<java\tscript:window.hit=1>) [visual](vbscript:window.hit=1) <javascript:window.hit=1>",
  "[data](data:text/html,<script>opener.hit=1</script>) [base64](data:text/html;base64,PHNjcmlwdD4=)",
  "[protocol](//elsewhere.example/p) [user](https://bank.example@elsewhere.example/) [file](file:///etc/passwd)",
  '![picture](https://elsewhere.example/p.png "title") ![x](javascript:window.hit=1)',
  '[title](https://example.org/ "\\" onmouseover=window.hit=1 \\"") [by reference][r]',
  "[r]: javascript:window.hit=1",
  '```"><img src=x onerror=window.hit=1>\n<script>window.hit=1</script>\n```',
  "| <img src=x onerror=window.hit=1> |\n| --- |\n| [cell](javascript:window.hit=1) |",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.hit=1&gt;'>",
  "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'>",
  "<template><script>window.hit=1</script></template><textarea></textarea><plaintext>",
  "<video><source onerror=window.hit=1></video><audio src=x onerror=window.hit=1>",
  "<scr<script>ipt>window.hit=1</scr</script>ipt><SCRIPT\n>window.hit=1</SCRIPT >",
  '<svg><a xlink:href="javascript:window.hit=1"><text>x</text></a><use href="data:image/svg+xml,<svg/>#x"></svg>',
  "<![CDATA[<script>window.hit=1</script>]]> <?xml-stylesheet href='javascript:window.hit=1'?>",
  "<!--><img src=x onerror=window.hit=1>-->",
  "&lt;script&gt;window.hit=1&lt;/script&gt; &#60;img src=x onerror=window.hit=1&#62;",
  '<p style="background:url(https://elsewhere.example/b.png)" onclick="window.hit=1">styled</p>',
  "`</code><script>window.hit=1</script>` # <script>window.hit=1</script>",
  "- [x] <svg onload=window.hit=1>\n\n> <iframe src=javascript:window.hit=1></iframe>",
  "[fine](https://example.org/page) <https://example.org/auto> [mail](mailto:someone@example.org)",
].join("\n\n");

/** As a name, a title or a key: one line. */
const NAME = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>`;

describe.runIf(CHROMIUM !== undefined)("hostile text in a browser", () => {
  let running: Supervised;
  let chat: ChatPage;
  /** The refusals that a test asks for. */
  let expected: RegExp | undefined;

  beforeAll(async () => {
    // Slow enough that the page draws the markup half written, too.
    running = await startSupervised({ env: { STACK_ENGINE_TOKEN_DELAY_MS: "1" } });
  });
  afterAll(() => running?.close());
  beforeEach(() => {
    expected = undefined;
  });
  afterEach(async () => {
    const [hit, attributes] = [await chat.page.evaluate("window.hit"), await attributesOfEvents()];
    await chat.close();
    expect(hit).toBe(undefined);
    expect(attributes).toEqual([]);
    // Nobody else was asked, no dialog opened, and nothing tried what the Content-Security-Policy forbids.
    expect(chat.complaints.filter((text) => !expected?.test(text))).toEqual([]);
  });

  test("a reply's markup is inert while it streams, when it is whole, and after a reload", async () => {
    await open(pageRoutes.newConversation.path());
    await chat.say(`Say: ${HOSTILE}`);
    await expectInert();
    const text = await chat.lastReply.textContent();
    await chat.page.reload();
    await expectInert();
    expect(await chat.lastReply.textContent()).toBe(text);
  });

  test("a reply's links lead to the web or to mail, and give nothing away", async () => {
    await open(pageRoutes.newConversation.path());
    await chat.say(`Say: ${HOSTILE}`);
    await expectInert();
    const links = await chat.page.evaluate<readonly LinkFacts[]>(
      `[...document.querySelectorAll('[role="log"] a')].map(({ href, rel, target }) => ({ href, rel, target }))`,
    );
    expect(links.map(({ href }) => href)).toEqual([
      "https://elsewhere.example/p.png",
      "https://example.org/",
      "https://example.org/page",
      "https://example.org/auto",
      "mailto:someone@example.org",
    ]);
    for (const { rel, target } of links) {
      expect(rel.split(" ")).toEqual(expect.arrayContaining(["noopener", "noreferrer"]));
      expect(target).toBe("_blank");
    }
  });

  test("the names of profiles and conversations are text, in lists, dialogs and menus", async () => {
    const { hmi } = running.stack;
    expected = /status of 409/;
    const modelId = await createProfile(hmi, { name: NAME, description: NAME, instructions: NAME });
    const sessionId = await createSession(hmi, modelId);
    await sayTo(hmi, NAME, { session_id: sessionId, model_id: modelId });
    await open(pageRoutes.profileConversation.path({ model_id: modelId, session_id: sessionId }));
    await expect.poll(() => chat.page.title(), PATIENTLY).toContain(NAME.slice(0, 30));
    await chat.page.getByRole("link", { name: NAME }).first().hover();
    await chat.page.getByRole("button", { name: "Conversation menu" }).click();
    await chat.page.getByRole("button", { name: "Delete", exact: true }).click();
    expect(await chat.page.getByRole("dialog").textContent()).toContain(NAME.slice(0, 30));
    await chat.page.getByRole("button", { name: "Keep" }).click();
    await chat.page.getByRole("button", { name: `Edit ${NAME}` }).click();
    await chat.page.getByRole("button", { name: "Delete", exact: true }).click();
    await chat.page.getByRole("button", { name: "Delete", exact: true }).click();
    await expect.poll(() => chat.page.getByRole("alert").textContent(), PATIENTLY).toContain(NAME);
    expect(await madeElements("body")).toEqual([]);
  });

  test("an error that quotes what it was given is text", async () => {
    const { hmi } = running.stack;
    const sessionId = await createSession(hmi, null);
    await sayTo(hmi, "Hello", { session_id: sessionId, model: NAME });
    expect((await messagesOf(hmi, sessionId)).at(-1)?.error?.message).toContain(NAME);
    await open(pageRoutes.conversation.path({ session_id: sessionId }));
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toContain(NAME);
    expect(await madeElements("body")).toEqual([]);
  });

  test.each([
    pageRoutes.conversation.path({ session_id: NAME }),
    pageRoutes.newProfileConversation.path({ model_id: NAME }),
  ])("the page of an address that names nothing shows it as text: %s", async (path) => {
    expected = /status of 404/;
    await open(path);
    const missing = chat.page.getByRole("region", { name: "Not found" });
    await expect.poll(() => missing.textContent(), PATIENTLY).toContain(NAME);
    expect(await madeElements("body")).toEqual([]);
  });

  async function open(path: string): Promise<void> {
    chat = await openChatPage(running.browser, running.stack.hmi + path);
  }

  /** The whole reply is there, and nothing of it is an element that a reply must not have. */
  async function expectInert(): Promise<void> {
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^\d+ tokens$/);
    expect(await chat.lastReply.textContent()).toContain("window.hit = 1; alert(1)");
    expect(await madeElements('[role="log"]')).toEqual([]);
  }

  /** The elements under a place that only markup could have made; our own pictures have a class. */
  async function madeElements(place: string): Promise<string[]> {
    const tags =
      "script, img, svg:not(.icon), iframe, object, embed, link, style, base, meta, audio, video, details";
    return await chat.page.evaluate(
      `[...document.querySelector('${place}').querySelectorAll('${tags}')].map((made) => made.outerHTML)`,
    );
  }

  async function attributesOfEvents(): Promise<string[]> {
    return await chat.page.evaluate(
      `[...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith("on"))`,
    );
  }
});

interface LinkFacts {
  readonly href: string;
  readonly rel: string;
  readonly target: string;
}
