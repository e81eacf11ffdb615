import { LIMITS } from "../src/contract/contract-defaults.ts";
import type { ChatController } from "./chat-controller.ts";
import { canSee, picturesOf, selectedModel } from "./chat-selectors.ts";
import { draftKey } from "./drafts.ts";
import { type AttachedPicture, readPictureFile } from "./picture-file.ts";

/** Takes files into the next message: pictures as such, texts as quotations with their name. Says what it does not take. */
export async function attachFiles(chat: ChatController, files: readonly File[]): Promise<void> {
  const key = draftKey(chat.state);
  const refused: string[] = [];
  const pictures: AttachedPicture[] = [];
  for (const file of files) {
    if (!file.type.startsWith("image/") || file.type === "image/svg+xml") {
      const text = await textOf(file);
      if (text === undefined)
        refused.push(`${file.name} is neither a picture nor a text of up to ${TEXT_LIMIT}.`);
      else chat.dispatch({ type: "draft_returned", key, text: quoted(file.name, text) });
    } else if (canSee(chat.state) === false) {
      refused.push(`${selectedModel(chat.state)} cannot see pictures: ${file.name} was not taken.`);
    } else {
      await readPictureFile(file).then(
        (picture) => pictures.push(picture),
        () => refused.push(`${file.name} is no picture that this browser can read.`),
      );
    }
  }
  const room = LIMITS.imagesOfMessage - picturesOf(chat.state, key).length;
  if (pictures.length > room) {
    refused.push(
      `A message has at most ${LIMITS.imagesOfMessage} pictures: ${pictures.length - room} more were not taken.`,
    );
  }
  chat.dispatch({ type: "pictures_added", key, pictures: pictures.slice(0, room) });
  if (refused.length > 0) {
    chat.dispatch({ type: "failed", problem: { message: refused.join(" "), retry: null } });
  }
}

const TEXT_LIMIT = `${LIMITS.messageChars.toLocaleString("en")} characters`;

/** The text of a file; undefined where it is none, or too long for a message. */
async function textOf(file: File): Promise<string | undefined> {
  // A character takes at most four bytes; what is longer need not be read.
  if (file.size > LIMITS.messageChars * 4) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return text.includes("\0") || text.length > LIMITS.messageChars ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Behind a fence that is longer than any in the text. */
function quoted(name: string, text: string): string {
  const fences = text.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...fences.map(({ length }) => length + 1)));
  const ending = /\.(\w+)$/.exec(name)?.[1] ?? "";
  return `${name}:\n\n${fence}${ending}\n${text.replace(/\n?$/, "\n")}${fence}\n`;
}
