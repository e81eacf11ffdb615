import { expect, test } from "vitest";
import type * as z from "zod";
import { WireKey } from "../../src/contract/common-schemas.ts";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import { Cancel, ChatRequest } from "../../src/contract/gateway-schemas.ts";
import {
  GeneralStreamQuery,
  ModelIdText,
  SendMessage,
  SessionsQuery,
} from "../../src/contract/hmi-schemas.ts";
import { ProfileChange, ProfileDraft } from "../../src/contract/profile-schemas.ts";

const hi = { role: "user", content: "Hi" };
const chat = { session_id: "80", message_id: "1", agent_id: "architect", content: "Hi" };

test.each<[string, z.ZodType, unknown]>([
  ["a session_id that is a header's end", WireKey, "80\r\n"],
  ["a session_id that is too long", WireKey, "x".repeat(201)],
  ["model_id as text in a body", SendMessage, { message: "Hi", model_id: "184" }],
  ["model_id 0", SendMessage, { message: "Hi", model_id: 0 }],
  ["model_id 1.5", SendMessage, { message: "Hi", model_id: 1.5 }],
  ["a model_id beyond the safe integers", SendMessage, { message: "Hi", model_id: 2 ** 53 }],
  ["a message of blanks", SendMessage, { message: " \n\t" }],
  ["a message of 50,001 characters", SendMessage, { message: "x".repeat(LIMITS.messageChars + 1) }],
  ["model_id=0 in a query", ModelIdText, "0"],
  ["model_id=-1 in a query", ModelIdText, "-1"],
  ["model_id=1.0 in a query", ModelIdText, "1.0"],
  ["model_id=%20 in a query", ModelIdText, " "],
  ["an empty model_id in a query", GeneralStreamQuery, { message: "Hi", model_id: "" }],
  ["limit=0", SessionsQuery, { limit: "0" }],
  ["limit=501", SessionsQuery, { limit: "501" }],
  ["model_id=all", SessionsQuery, { model_id: "all" }],
  ["a chat request without a session", ChatRequest, { ...chat, session_id: undefined }],
  ["a chat request with an empty history", ChatRequest, { ...chat, messages: [] }],
  ["a field that it does not know", ChatRequest, { ...chat, user: "x" }],
  ["tools", ChatRequest, { ...chat, tools: [] }],
  [
    "a history that ends with another text",
    ChatRequest,
    { ...chat, messages: [hi, { role: "user", content: "Ho" }] },
  ],
  [
    "a history that ends with a reply",
    ChatRequest,
    { ...chat, messages: [{ role: "assistant", content: "Hi" }] },
  ],
  ["a field of a message that it does not know", ChatRequest, { ...chat, messages: [{ ...hi, name: "x" }] }],
  ["a picture that is no base64", ChatRequest, { ...chat, images: ["http://x/y.png"] }],
  ["nine pictures", ChatRequest, { ...chat, images: Array(9).fill("aGk=") }],
  ["a level of thinking that no engine knows", ChatRequest, { ...chat, think: "a lot" }],
  ["keep_alive in words", ChatRequest, { ...chat, keep_alive: "long" }],
  ["a cancel of what it does not know", Cancel, { id: "7" }],
  ["a role that no engine knows", ChatRequest, { ...chat, messages: [{ role: "tool", content: "" }] }],
  ["a profile without a name", ProfileDraft, { name: "  " }],
  ["options that are a list", ProfileDraft, { name: "x", settings: { options: [] } }],
])("%s is refused", (_, schema, value) => expect(schema.safeParse(value).success).toBe(false));

test.each<[string, z.ZodType, unknown, unknown]>([
  [
    "null as no session and no profile",
    SendMessage,
    { session_id: null, message: "Hi", model_id: null },
    { session_id: null, message: "Hi", model_id: null },
  ],
  [
    "a message of 50,000 characters",
    GeneralStreamQuery,
    { message: "x".repeat(LIMITS.messageChars) },
    { message: "x".repeat(LIMITS.messageChars) },
  ],
  [
    "a query's model_id as a number",
    GeneralStreamQuery,
    { message: "Hi", model_id: "184" },
    { message: "Hi", model_id: 184 },
  ],
  ["model_id=none", SessionsQuery, { model_id: "none" }, { model_id: "none" }],
  [
    "all that a chat request may say",
    ChatRequest,
    {
      ...chat,
      images: ["aGk="],
      think: "high",
      keep_alive: "1h30m",
      user_message_id: "7",
      model_id: null,
      left_out: 3,
      background: true,
    },
    expect.objectContaining({ think: "high", left_out: 3 }),
  ],
  [
    "a history that ends with the content",
    ChatRequest,
    { ...chat, messages: [{ role: "assistant", content: "Yes?" }, hi] },
    { ...chat, messages: [{ role: "assistant", content: "Yes?" }, hi] },
  ],
  ["keep_alive for ever", ChatRequest, { ...chat, keep_alive: -1 }, { ...chat, keep_alive: -1 }],
  [
    "a profile with only a name",
    ProfileDraft,
    { name: " Tower " },
    { name: "Tower", description: "", default_model: null, instructions: "", settings: {} },
  ],
  [
    "free settings",
    ProfileDraft.shape.settings,
    { level: 3, options: { temperature: 0 } },
    { level: 3, options: { temperature: 0 } },
  ],
  ["a change of nothing", ProfileChange, {}, {}],
  ["a change to no model", ProfileChange, { default_model: null }, { default_model: null }],
])("%s is accepted", (_, schema, value, expected) => expect(schema.parse(value)).toEqual(expected));
