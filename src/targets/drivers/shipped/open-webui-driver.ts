import type { WireDescription } from "../../../contract/wire-description.ts";
import { CallerSession } from "../caller-session.ts";
import { defineDriver } from "../define-driver.ts";
import { createDescribedChat } from "../described-chat.ts";
import { createOpenWebuiChat } from "../open-webui/open-webui-chat.ts";
import { OPEN_WEBUI_LOGIN, openWebuiToken } from "../open-webui/open-webui-session.ts";
import { OPENAI_CHAT_STREAM } from "../shipped-stream-formats.ts";

/** Open WebUI as its page talks to it: what is said is saved, and replies come over Socket.IO. */
export const openWebui = defineDriver({
  name: "open-webui",
  title: "Open WebUI, as its page talks to it",
  service: "hmi",
  wire: { page: "/", login: OPEN_WEBUI_LOGIN },
  knownBy: { send: "POST /api/chat/completions", read: "WS /ws/socket.io/" },
  connect: async (context) => createOpenWebuiChat(context, await openWebuiToken(context)),
});

/** Open WebUI by its API alone: it streams as OpenAI does, and saves nothing. */
export const openWebuiApi = defineDriver({
  name: "open-webui-api",
  title: "Open WebUI by its API (/api/chat/completions), which saves nothing",
  service: "hmi",
  connect: async (context) => {
    const wire: WireDescription = {
      service: "hmi",
      headers: { authorization: "Bearer {token}" },
      send: {
        request: "POST /api/chat/completions",
        body: { model: "{model}", messages: "{history}", params: "{options}", stream: true },
      },
      stream: OPENAI_CHAT_STREAM,
      cancel: "close",
      models: { request: "GET /api/models", list: "data", id: "id" },
      health: { request: "GET /health" },
    };
    const caller = { name: "", secret: await openWebuiToken(context) };
    const session = new CallerSession({ client: context.client, caller, wire });
    return createDescribedChat({ ...context, driver: "open-webui-api", wire, session });
  },
});
