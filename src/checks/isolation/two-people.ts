import { SentMessage, type UserEvent } from "../../contract/hmi-schemas.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import type { WholeRow } from "../../targets/drivers/reply-facts.ts";
import type { HttpClient, HttpMethod, SeenCall, SeenStream } from "../../targets/http-client.ts";
import { type Context, expectAnswer, makeProfile, makeSession } from "../contract-conversations.ts";
import { readReply, readSettledRows, tokens } from "../contract-replies.ts";
import { listenToEvents } from "../listen-to-events.ts";
import { PICTURE } from "../sample-picture.ts";

/** A call that another person made to what is not theirs. */
export interface ForeignCall {
  readonly name: ForeignCallName;
  readonly call: SeenCall;
}

/** What one person has, and what came of it when another one reached for it. */
export interface TwoPeople {
  /** In every word of the first person's: the message, the profile's name and instructions, the title. */
  readonly word: string;
  readonly calls: readonly ForeignCall[];
  /** What the other one heard meanwhile. */
  readonly heard: readonly UserEvent[];
  /** The first person's reply, during which all that was tried. */
  readonly stream: SeenStream;
  readonly rows: readonly WholeRow[];
}

/** What another person tries. Those that take away come last. */
const TRIES = {
  sessions: ["GET", ({ modelId }) => hmiRoutes.sessions.path(undefined, { model_id: modelId })],
  "all sessions": ["GET", () => hmiRoutes.sessions.path(undefined, { limit: 100 })],
  profiles: ["GET", () => hmiRoutes.profiles.path()],
  messages: ["GET", ({ sessionId }) => hmiRoutes.messages.path({ session_id: sessionId })],
  export: ["GET", ({ sessionId }) => hmiRoutes.exportSession.path({ session_id: sessionId })],
  image: ["GET", ({ imageId }) => hmiRoutes.image.path({ image_id: imageId })],
  profile: ["GET", ({ modelId }) => hmiRoutes.profile.path({ model_id: modelId })],
  stream: ["GET", ({ sessionId }) => hmiRoutes.stream.path({ session_id: sessionId })],
  "stream at the gateway": ["GET", ({ sessionId }) => gatewayRoutes.resume.path({ session_id: sessionId })],
  rename: ["PUT", ({ sessionId }) => hmiRoutes.renameSession.path({ session_id: sessionId })],
  "change of the profile": ["PUT", ({ modelId }) => hmiRoutes.updateProfile.path({ model_id: modelId })],
  message: ["POST", () => hmiRoutes.sendMessage.path()],
  "cancel at the gateway": ["POST", ({ sessionId }) => gatewayRoutes.cancel.path({ session_id: sessionId })],
  cancel: ["POST", ({ sessionId }) => hmiRoutes.cancel.path({ session_id: sessionId })],
  deletion: ["DELETE", ({ sessionId }) => hmiRoutes.deleteSession.path({ session_id: sessionId })],
} as const satisfies Record<string, [HttpMethod, (place: Place) => string]>;

export type ForeignCallName = keyof typeof TRIES;

interface Place {
  readonly sessionId: string;
  readonly modelId: number;
  readonly imageId: string;
  readonly word: string;
}

/** Longer than all the tries take. */
const OPTIONS = { num_predict: 100, stand_in_tokens: 60, stand_in_token_ms: 10 };

/** One person's reply is written while another person tries everything on it, once a run. */
export async function twoPeople(context: Context): Promise<TwoPeople> {
  return await context.share("two people", async () => {
    const { hmi, models, otherPerson } = context.target;
    if (otherPerson === undefined) throw new CouldNotRun("no other person is known");
    const word = context.canary("secret");
    const listening = listenToEvents(otherPerson.hmi, context.signal);
    await listening.begun;
    const modelId = await makeProfile(context, {
      name: word,
      instructions: `The code word is ${word}.`,
      options: OPTIONS,
    });
    const sessionId = await makeSession(context, modelId);
    const seeing = models.seeing === null ? {} : { model: models.seeing, images: [PICTURE] };
    const body = { session_id: sessionId, message: `Say: ${word}`, ...seeing };
    const path = hmiRoutes.sendMessage.path();
    expectAnswer(await hmi.call("POST", path, { body, signal: context.signal }), SentMessage);
    const reading = readReply(context, sessionId);
    await reading.until("its first token", tokens(1));
    const place = { sessionId, modelId, word, imageId: await imageIn(context, sessionId) };
    const calls: ForeignCall[] = [];
    for (const name of Object.keys(TRIES) as ForeignCallName[]) {
      calls.push({ name, call: await tryAs(otherPerson, name, place, context.signal) });
    }
    const stream = await reading.ended;
    const rows = await readSettledRows(context, sessionId);
    await listening.leave();
    return { word, calls, heard: listening.events, stream, rows };
  });
}

/** The picture's id; one that nobody has where no model sees. */
async function imageIn(context: Context, sessionId: string): Promise<string> {
  const { body } = await context.target.hmi.call("GET", hmiRoutes.messages.path({ session_id: sessionId }), {
    signal: context.signal,
  });
  const [, id] = /"image_id":"([^"]+)"/.exec(JSON.stringify(body)) ?? [];
  return id ?? "0";
}

async function tryAs(
  { hmi, gateway }: { readonly hmi: HttpClient; readonly gateway: HttpClient },
  name: ForeignCallName,
  place: Place,
  signal: AbortSignal,
): Promise<SeenCall> {
  const [method, pathOf] = TRIES[name];
  const client = name.endsWith("at the gateway") ? gateway : hmi;
  const body = BODIES[name]?.(place);
  return await client.call(method, pathOf(place), { signal, ...(body && { body }) });
}

const BODIES: Partial<Record<ForeignCallName, (place: Place) => object>> = {
  message: ({ sessionId }) => ({ session_id: sessionId, message: "May I come in?" }),
  rename: () => ({ title: "Mine now" }),
  "change of the profile": () => ({ instructions: "Answer to me." }),
};
