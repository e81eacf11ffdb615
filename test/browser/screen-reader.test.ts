import { describe, expect, test } from "vitest";
import { optionsAsText } from "../../src/contract/options-as-text.ts";
import { PATIENTLY } from "../support/cli.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("what a screen reader hears", ({ skip }) => skip(NO_CHROMIUM));

const REPLY = [
  "The first paragraph, **with** `code`.",
  "- one\n- [x] two",
  "| a | b |\n| - | - |\n| 1 | 2 |",
  "The last one.",
].join("\n\n");

describe.runIf(CHROMIUM !== undefined)("a screen reader", () => {
  const running = useStackInBrowser({ tokenDelayMs: 5 });

  test("hears a block of a reply when it is finished, while the next one is written", async () => {
    await using chat = await running.open();
    await chat.message.waitFor();
    const { heard } = await listen(chat);
    await chat.say(answeredBy(`The first paragraph, **with** \`code\`.\n\n${"Word ".repeat(4_000)}`));
    await expect.poll(heard, PATIENTLY).toEqual(["The first paragraph, with code."]);
    expect(await chat.status.textContent()).toMatch(/^Writing/);
    await chat.page.keyboard.press("Escape");
    await expect.poll(() => chat.status.textContent(), PATIENTLY).toMatch(/^Stopped/);
    expect(chat.complaints).toEqual([]);
  });

  test("hears each block of a reply once, in a polite region that is never busy", async () => {
    await using chat = await running.open();
    await chat.message.waitFor();
    const { heard } = await listen(chat);
    await chat.say(answeredBy(REPLY));
    await expect
      .poll(async () => (await heard()).join("\n"), PATIENTLY)
      .toBe("The first paragraph, with code.\none\nDone: two\na, b\n1, 2\nThe last one.");
    await chat.page.reload();
    await shows(chat.lastReply.locator("p").last(), "The last one.");
    expect(await (await listen(chat)).heard()).toEqual([]);
    expect(chat.complaints).toEqual([]);
  });
});

/** A message with what the stand-in is to answer, slowly enough to be heard in the middle of it. */
function answeredBy(reply: string): string {
  return `Hello\n${optionsAsText({ stand_in_reply: reply, stand_in_token_ms: 20 })}`;
}

/** ComposerWarnings what comes into polite live regions, by the browser's accessibility tree, until the page is closed. */
async function listen({ page }: ChatPage): Promise<Listener> {
  const session = await page.context().newCDPSession(page);
  await session.send("Accessibility.enable");
  const heard = new Map<string, string>();
  const look = async (): Promise<void> => {
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const tree = new Map(nodes.map((node) => [node.nodeId, node]));
    const busy = nodes.filter((node) => propertyOf(node, "busy") === true);
    if (busy.length > 0) throw new Error(`Nothing in ${busy[0]?.role?.value} is announced: it is busy.`);
    // A status is told as a whole; what is added to other regions, piece by piece.
    const live = nodes.filter(
      (node) => propertyOf(node, "live") === "polite" && propertyOf(node, "atomic") === false,
    );
    for (const { childIds = [] } of live) {
      for (const id of childIds) if (!heard.has(id)) heard.set(id, textOf(id, tree));
    }
  };
  return {
    async heard() {
      await look();
      return [...heard.values()].filter((text) => text !== "");
    },
  };
}

interface Listener {
  /** What has been announced so far, a text for each announcement. */
  heard(): Promise<readonly string[]>;
}

type Tree = ReadonlyMap<string, AxNode>;

/** What is read here of a node of Chromium's accessibility tree. */
interface AxNode {
  readonly nodeId: string;
  readonly role?: { readonly value?: unknown };
  readonly name?: { readonly value?: unknown };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value?: unknown } }[];
  readonly childIds?: readonly string[];
}

function propertyOf({ properties = [] }: AxNode, wanted: string): unknown {
  return properties.find(({ name }) => name === wanted)?.value.value;
}

function textOf(id: string, tree: Tree): string {
  const node = tree.get(id);
  if (node === undefined) return "";
  if (node.role?.value === "StaticText") return String(node.name?.value ?? "");
  return (node.childIds ?? []).map((child) => textOf(child, tree)).join("");
}
