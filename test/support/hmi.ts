import { onTestFinished } from "vitest";
import { GenerationList, type GenerationRecord } from "../../src/contract/engine-schemas.ts";
import { type Message, MessageList, SessionAnswer, SessionList } from "../../src/contract/hmi-schemas.ts";
import { ProfileAnswer, ProfileList } from "../../src/contract/profile-schemas.ts";
import { engineRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import {
  type InProcessStackOptions,
  type RunningStack,
  startInProcessStack,
} from "../../src/services/in-process-stack.ts";
import { ask } from "./ask.ts";

/** A stack in this process, closed when the test ends. */
export async function startTestStack(options?: InProcessStackOptions): Promise<RunningStack> {
  const stack = await startInProcessStack(options);
  onTestFinished(() => stack.close());
  return stack;
}

/** Makes a profile; gives its model_id. */
export async function createProfile(hmi: string, draft: object): Promise<number> {
  const answer = await ask("POST", `${hmi}${hmiRoutes.newProfile.path()}`, draft);
  return ProfileAnswer.parse(answer).profile.model_id;
}

/** Makes a conversation, the active one of its profile; gives its session_id. */
export async function createSession(hmi: string, model_id: number | null): Promise<string> {
  const answer = await ask("POST", `${hmi}${hmiRoutes.newSession.path()}`, { model_id });
  return SessionAnswer.parse(answer).session.session_id;
}

/** Takes a conversation out of the list. */
export async function archiveSession(hmi: string, session_id: string): Promise<void> {
  await ask("POST", `${hmi}${hmiRoutes.archiveSession.path({ session_id })}`);
}

/** Sends a message and reads its reply to the end. */
export async function say(hmi: string, message: string, query: Record<string, string | number> = {}) {
  const path = hmiRoutes.generalStream.path(undefined, { message, ...query });
  await (await fetch(`${hmi}${path}`)).text();
}

export async function messagesOf(hmi: string, session_id: string): Promise<Message[]> {
  const answer = await ask("GET", `${hmi}${hmiRoutes.messages.path({ session_id })}`);
  return MessageList.parse(answer).messages;
}

/** Everything that a user of an HMI can see: profiles, conversations, messages. */
export async function everythingIn(hmi: string): Promise<object> {
  const { profiles } = ProfileList.parse(await ask("GET", `${hmi}${hmiRoutes.profiles.path()}`));
  const sessions = SessionList.parse(
    await ask("GET", `${hmi}${hmiRoutes.sessions.path(undefined, { limit: 500 })}`),
  );
  const messages = await Promise.all(sessions.sessions.map(({ session_id }) => messagesOf(hmi, session_id)));
  return { profiles, ...sessions, messages };
}

/** What the stand-in was asked, oldest first. */
export async function generationsOf(engine: string): Promise<GenerationRecord[]> {
  const answer = await ask("GET", `${engine}${engineRoutes.generations.path()}`);
  return GenerationList.parse(answer).generations;
}
