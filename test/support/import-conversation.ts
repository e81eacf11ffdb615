import { SessionList } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { ask } from "./ask.ts";
import { CONVERSATION, exportOf, MESSAGE, REPLY } from "./exported-conversations.ts";

/** Makes a conversation of these texts, of which every second is a reply: by an import, because it may be long. Gives its session_id. */
export async function importConversation(hmi: string, texts: readonly string[]): Promise<string> {
  const key = `of-${texts.length}-texts`;
  const messages = texts.map((content, index) => ({
    ...(index % 2 === 0 ? MESSAGE : REPLY),
    message_id: String(index + 1),
    parent_id: index === 0 ? null : String(index),
    content,
  }));
  const title = `Of ${texts.length} texts`;
  await ask(
    "POST",
    hmi + hmiRoutes.importChats.path(),
    exportOf([{ ...CONVERSATION, key, title, messages }]),
  );
  const { sessions } = SessionList.parse(await ask("GET", hmi + hmiRoutes.sessions.path()));
  const found = sessions.find((session) => session.title === title);
  if (found === undefined) throw new Error(`The conversation of ${texts.length} messages was not imported.`);
  return found.session_id;
}
