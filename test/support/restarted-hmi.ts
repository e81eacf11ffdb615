import { onTestFinished } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { LOCAL_USER } from "../../src/contract/caller-headers.ts";
import { pendingChatRequest } from "../../src/services/conversations/reply-request.ts";
import { type StartContext, startHmiOn } from "../../src/services/start-services.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "./gateway.ts";
import { type HmiClient, hmiClient } from "./stack.ts";
import { growText, openConversation, openTestStore, ownOf, PLAIN_TURN } from "./store.ts";
import type { StreamReader } from "./streams.ts";

type Store = ReturnType<typeof openTestStore>["store"];

/** What an HMI leaves that was killed in mid-reply. */
export interface LeftReply {
  readonly store: Store;
  /** The store's file. */
  readonly path: string;
  readonly sessionId: string;
  readonly replyId: string;
}

/** A conversation whose reply is left `streaming`, with what was saved of it. */
export async function leaveReply(saved = "", content = "Count to 100"): Promise<LeftReply> {
  const { store, own, path } = openTestStore();
  const sessionId = await openConversation(own, null);
  const { reply } = await own.messages.begin({ sessionId, content, modelName: null });
  await growText(store, reply.message_id, 0, saved);
  await store.replies.release();
  return { store, path, sessionId, replyId: reply.message_id };
}

/** A gateway on the same store, which still works on that reply where `isRunning`. */
export async function startLeftGateway(
  { store, sessionId, replyId }: LeftReply,
  { isRunning = true, ...options }: TestGatewayOptions & { isRunning?: boolean } = {},
): Promise<TestGateway & { reader: StreamReader | undefined }> {
  const gateway = await startTestGateway({
    ...options,
    conversations: {
      userOf: async (id) => (id === sessionId ? LOCAL_USER : undefined),
      pendingRequest: (id) => pendingChatRequest(ownOf(store), id, PLAIN_TURN),
    },
  });
  const request = { session_id: sessionId, message_id: replyId, content: "Count to 100" };
  return { ...gateway, reader: isRunning ? await gateway.chat(request) : undefined };
}

/** An HMI that starts on what another one left. */
export async function startTestHmi(
  store: Store,
  gatewayUrl: string,
  stream: Partial<Config["stream"]> = {},
  port = 0,
  context: StartContext = {},
): Promise<HmiClient & { readonly url: string; close(): Promise<void> }> {
  const config: Config = {
    ...DEFAULT_CONFIG,
    hmi: { ...DEFAULT_CONFIG.hmi, port },
    stream: { ...DEFAULT_CONFIG.stream, ...stream },
  };
  const hmi = await startHmiOn(config, store, gatewayUrl, context);
  onTestFinished(() => hmi.close());
  return { ...hmiClient(hmi.url), url: hmi.url, close: () => hmi.close() };
}
