import { REAL_MODELS } from "./ollama-models.ts";
import type { RawRequest } from "./raw-http.ts";
import { recordedCase as it, type RecordedCase } from "./record-answers.ts";

const ASKED = [{ role: "user", content: "Say hello" }];
const NOWHERE = "00000000-0000-0000-0000-000000000000";

/** What is recorded of an Open WebUI by its API, as the user of this token. */
export function openWebuiCases(token: string): readonly RecordedCase[] {
  const headers = [`Authorization: Bearer ${token}`];
  const get = (path: string, given = headers): RawRequest => ({ method: "GET", path, headers: given });
  const post = (path: string, body: object | string, given = headers): RawRequest => ({
    method: "POST",
    path,
    headers: given,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const chat = (fields: object = {}, given = headers): RawRequest =>
    post(
      "/api/chat/completions",
      { model: REAL_MODELS.plain, params: { num_predict: 12, temperature: 0 }, messages: ASKED, ...fields },
      given,
    );
  return [
    it("health", get("/health", [])),
    it("version", get("/api/version", [])),
    it("config", get("/api/config", [])),
    it("signin", post("/api/v1/auths/signin", { email: "", password: "" }, [])),
    it("session", get("/api/v1/auths/")),
    it("models", get("/api/models")),
    it("models-no-token", get("/api/models", [])),
    it("chats", get("/api/v1/chats/?page=1")),
    it("chat-rows-unknown", get(`/api/v1/chats/${NOWHERE}`)),
    it("chat-delete-unknown", { method: "DELETE", path: `/api/v1/chats/${NOWHERE}`, headers }),
    it("chat-stream", chat({ stream: true })),
    it("chat-whole", chat({ stream: false })),
    it("chat-unknown-model", chat({ stream: true, model: "nope" })),
    it("chat-no-messages", chat({ stream: true, messages: [] })),
    it("chat-bad-json", { ...chat(), body: '{"model":' }),
    it("chat-no-token", chat({ stream: true }, [])),
    it("chat-wrong-token", chat({ stream: true }, ["Authorization: Bearer wrong"])),
    it("chat-v1-stream", { ...chat({ stream: true }), path: "/api/v1/chat/completions" }),
    it("chat-not-able", chat({ stream: true, tools: TOOLS })),
    it("stop-unknown-task", post(`/api/tasks/stop/${NOWHERE}`, {})),
    it("tasks-of-unknown-chat", get(`/api/tasks/chat/${NOWHERE}`)),
  ];
}

const TOOLS = [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }];
