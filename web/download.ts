import type { ChatController } from "./chat-controller.ts";
import { pageProblemOf } from "./page-problem.ts";

/** Long enough for the browser to have taken the file over. */
const KEPT_MS = 60_000;

/** Saves what the HMI has at this path as a file, with the user's token. */
export async function downloadFile(chat: ChatController, path: string, name: string): Promise<void> {
  let file: Blob;
  try {
    file = await (await chat.connection.request(path)).blob();
  } catch (error) {
    chat.dispatch({ type: "failed", problem: pageProblemOf(error, null) });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
