import { crc32, deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import { PATIENTLY } from "../support/cli.ts";
import { messagesOf } from "../support/hmi.ts";
import { CHROMIUM, NO_CHROMIUM } from "./chromium.ts";
import { type ChatPage, shows } from "./page.ts";
import { useStackInBrowser } from "./stack-in-browser.ts";

if (CHROMIUM === undefined) test("files in a browser", ({ skip }) => skip(NO_CHROMIUM));

/** One that can see, and one that cannot. */
const SEEING = "gemma3:4b";
const BLIND = "llama3.1:8b";

describe.runIf(CHROMIUM !== undefined)("files for a message", () => {
  const running = useStackInBrowser();

  test("a picture is scaled down, goes with the message, and is there after a reload", {
    timeout: 60_000,
  }, async () => {
    await using chat = await open(SEEING);
    await chat.page.getByLabel("Files", { exact: true }).setInputFiles([picture("wide.png", 2000, 100)]);
    await chat.page.getByRole("img", { name: "wide.png" }).waitFor();
    await shows(chat.page.locator("#message-note"), "Write what the model should do with the picture.");
    await chat.say("Count to 2");
    await expect.poll(() => chat.lastReply.textContent(), PATIENTLY).toMatch(/^I see 1 image.*1, 2$/);
    expect(await chat.page.getByRole("list", { name: "Pictures of the next message" }).count()).toBe(0);
    await chat.page.reload();
    const kept = chat.page.getByRole("article", { name: "You" }).getByRole("img", { name: "Picture 1" });
    await expect
      .poll(() => kept.evaluate((image: HTMLImageElement) => image.naturalWidth), PATIENTLY)
      .toBe(1568);
    const [asked] = await messagesOf(running.stack.hmi, chat.path().split("/").at(-1) ?? "");
    expect(asked?.images).toMatchObject([{ media_type: "image/jpeg" }]);
    expect(chat.complaints).toEqual([]);
  });

  test("a picture is pasted, removed again, and not taken for a model that cannot see", async () => {
    await using chat = await open(SEEING);
    await paste(chat, picture("pasted.png", 20, 20));
    await chat.page.getByRole("button", { name: "Remove pasted.png" }).click();
    expect(await chat.page.getByRole("img").count()).toBe(0);
    await paste(chat, picture("pasted.png", 20, 20));
    await chat.page.getByRole("img", { name: "pasted.png" }).waitFor();
    await chat.message.fill("What is this?");
    await chat.page.getByLabel("Model").selectOption(BLIND);
    await shows(
      chat.page.locator("#message-note"),
      `${BLIND} cannot see pictures: choose another model, or remove them.`,
    );
    expect(await chat.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await paste(chat, picture("second.png", 20, 20));
    await expect
      .poll(() => chat.page.getByRole("alert").textContent(), PATIENTLY)
      .toContain(`${BLIND} cannot see pictures: second.png was not taken.`);
  });

  test("a text that is dropped is quoted with its name, and what is too many or neither is told", async () => {
    await using chat = await open(SEEING);
    await chat.message.fill("What does this do?");
    await drop(chat, { name: "run.sh", mimeType: "text/x-sh", buffer: Buffer.from("ls ```\n") });
    await expect
      .poll(() => chat.message.inputValue(), PATIENTLY)
      .toBe("run.sh:\n\n````sh\nls ```\n````\n\nWhat does this do?");
    const many = Array.from({ length: LIMITS.imagesOfMessage + 2 }, (_, index) =>
      picture(`${index}.png`, 8, 8),
    );
    const binary = { name: "a.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 255, 1]) };
    await chat.page.getByLabel("Files", { exact: true }).setInputFiles([...many, binary]);
    await expect
      .poll(() => chat.page.getByRole("alert").textContent(), PATIENTLY)
      .toMatch(/a\.bin is neither a picture nor a text.*at most 8 pictures: 2 more were not taken/);
    expect(await chat.page.getByRole("img").count()).toBe(LIMITS.imagesOfMessage);
  });

  async function open(model: string): Promise<ChatPage> {
    const chat = await running.open();
    await chat.page.getByLabel("Model").selectOption(model);
    return chat;
  }
});

interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

async function paste({ message }: ChatPage, file: TestFile): Promise<void> {
  await message.evaluate((field, { name, mimeType, base64 }) => {
    const clipboardData = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    clipboardData.items.add(new File([bytes], name, { type: mimeType }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, asText(file));
}

async function drop({ page }: ChatPage, file: TestFile): Promise<void> {
  await page.evaluate(({ name, mimeType, base64 }) => {
    const dataTransfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type: mimeType }));
    const isLeft = document.body.dispatchEvent(
      new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
    );
    if (isLeft) throw new Error("The browser would open the file in place of the page.");
  }, asText(file));
}

function asText({ buffer, ...file }: TestFile): Omit<TestFile, "buffer"> & { base64: string } {
  return { ...file, base64: buffer.toString("base64") };
}

/** A PNG of one colour. */
function picture(name: string, width: number, height: number): TestFile {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8);
  const buffer = Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(scanlines(width, height))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name, mimeType: "image/png", buffer };
}

/** Each row begins with how it is filtered: not at all. */
function scanlines(width: number, height: number): Buffer {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 90)]);
  return Buffer.concat(Array.from({ length: height }, () => row));
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}
