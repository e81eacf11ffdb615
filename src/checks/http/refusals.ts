import { LIMITS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes, hmiRoutes } from "../../contract/routes.ts";
import type { WireErrorCode } from "../../contract/wire-error.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { MissingEndpoint } from "../../harness/target-errors.ts";
import type { CallOptions, HttpClient, SeenCall } from "../../targets/http-client.ts";
import { abortAfterWaiting } from "../../targets/unstalled-time.ts";
import { allButLacking, type Context } from "../contract-conversations.ts";
import { httpSuiteConversation } from "./http-suite-conversation.ts";

/** A call that must be refused, and how it was answered. */
export interface RefusedCall {
  /** What is wrong with the call, in words. */
  readonly what: string;
  readonly status: number;
  readonly code: WireErrorCode;
  /** The bad fields, each of which the message must name. */
  readonly fields: readonly string[];
  readonly call: SeenCall;
}

/** What a call is sent with, and what must become of it. */
interface Wrong extends Omit<CallOptions, "signal">, Omit<RefusedCall, "call" | "fields"> {
  readonly at: "hmi" | "gateway";
  readonly method: Parameters<HttpClient["call"]>[0];
  readonly path: string;
  readonly fields?: readonly string[];
}

/** A wrong call of every class, at the HMI and at the gateway. */
export async function refusals(context: Context): Promise<readonly RefusedCall[]> {
  return await context.share("refusals", async () => {
    const { session_id, model_id, word } = await httpSuiteConversation(context);
    const wrong = [
      ...wrongAtHmi({ session_id, model_id, message: `Must be refused, ${word}` }),
      ...wrongAtGateway(word),
    ];
    return await allButLacking(wrong.map((each) => refuse(context, each)));
  });
}

const TOO_LONG = "x".repeat(LIMITS.messageChars + 1);
const TOO_LARGE = "x".repeat(LIMITS.bodyBytes);
const TEXT = { "content-type": "text/plain" };
const JSON_TYPE = { "content-type": "application/json" };

function wrongAtHmi(good: { session_id: string; model_id: number; message: string }): Wrong[] {
  const send = { at: "hmi", method: "POST", path: hmiRoutes.sendMessage.path() } as const;
  const get = { at: "hmi", method: "GET" } as const;
  return [
    {
      ...send,
      what: "an empty message",
      status: 400,
      code: "bad_request",
      fields: ["message"],
      body: { ...good, message: "" },
    },
    {
      ...send,
      what: "three fields of a wrong type",
      status: 400,
      code: "bad_request",
      fields: ["message", "agent_id", "client_message_id"],
      body: { ...good, message: 5, agent_id: "", client_message_id: [] },
    },
    {
      ...get,
      what: "two wrong values in the query",
      path: hmiRoutes.sessions.path(undefined, { limit: "many", offset: -1 }),
      status: 400,
      code: "bad_request",
      fields: ["limit", "offset"],
    },
    { ...send, what: "no body", status: 400, code: "bad_request", headers: JSON_TYPE },
    {
      ...send,
      what: "a message that is too long",
      status: 400,
      code: "message_too_long",
      fields: ["message"],
      body: { ...good, message: TOO_LONG },
    },
    {
      ...send,
      what: "a body over 1 MiB",
      status: 413,
      code: "payload_too_large",
      body: { ...good, message: TOO_LARGE },
    },
    {
      ...send,
      what: "a body that is not JSON",
      status: 415,
      code: "unsupported_media_type",
      body: good,
      headers: TEXT,
    },
    { ...get, what: "an unknown path", path: "/api/nothing-is-here", status: 404, code: "not_found" },
    {
      ...get,
      what: "an unknown conversation",
      path: hmiRoutes.messages.path({ session_id: "999999999" }),
      status: 404,
      code: "conversation_not_found",
    },
    {
      ...get,
      what: "an unknown profile",
      path: hmiRoutes.profile.path({ model_id: 999999999 }),
      status: 404,
      code: "model_profile_not_found",
    },
    {
      at: "hmi",
      method: "DELETE",
      what: "a wrong method",
      path: hmiRoutes.models.path(),
      status: 405,
      code: "method_not_allowed",
    },
    {
      at: "hmi",
      method: "PUT",
      what: "another wrong method",
      path: hmiRoutes.sendMessage.path(),
      status: 405,
      code: "method_not_allowed",
    },
  ];
}

function wrongAtGateway(word: string): Wrong[] {
  const send = { at: "gateway", method: "POST", path: gatewayRoutes.chat.path() } as const;
  const good = { session_id: word, message_id: word, agent_id: "architect", content: "x" };
  return [
    {
      ...send,
      what: "four missing fields",
      status: 400,
      code: "bad_request",
      fields: ["session_id", "message_id", "agent_id", "content"],
      body: {},
    },
    {
      ...send,
      what: "a content that is too long",
      status: 400,
      code: "message_too_long",
      fields: ["content"],
      body: { ...good, content: TOO_LONG },
    },
    {
      ...send,
      what: "a body over 1 MiB",
      status: 413,
      code: "payload_too_large",
      body: { ...good, content: TOO_LARGE },
    },
    {
      ...send,
      what: "a body that is not JSON",
      status: 415,
      code: "unsupported_media_type",
      body: good,
      headers: TEXT,
    },
    {
      at: "gateway",
      method: "GET",
      what: "an unknown path",
      path: "/nothing-is-here",
      status: 404,
      code: "not_found",
    },
    {
      at: "gateway",
      method: "DELETE",
      what: "a wrong method",
      path: gatewayRoutes.models.path(),
      status: 405,
      code: "method_not_allowed",
    },
  ];
}

async function refuse(context: Context, wrong: Wrong): Promise<RefusedCall> {
  const { at, method, path, what, status, code, fields = [], ...options } = wrong;
  try {
    // A call that is wrongly taken may stream for long: what it is answered with is seen soon.
    const signal = AbortSignal.any([context.signal, abortAfterWaiting(ANSWER_TIMEOUT_MS)]);
    const call = await context.target[at].call(method, path, { ...options, signal });
    return { what, status, code, fields, call };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof MissingEndpoint) throw error;
    throw new CouldNotRun(`${method} ${path} with ${what} was not answered: ${messageOf(error)}`);
  }
}

const ANSWER_TIMEOUT_MS = 20_000;
