import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";

/**
 * The stack of fixtures/services/python: it has our contract's calls and fields, as far as its report tells of them. "Not
 * there" is what neither that report nor BUG-016, the first seed, shows or promises.
 */
export const PYTHON_CONTRACT: ForeignContract = {
  ...DEFAULT_CONFIG.contract,
  lacks: {
    // "GET /chat/stream/{session_id}: Currently returns 501. [...] PRD calls for GET endpoint".
    "gateway.resume": "broken",
    // "HMI attempts POST /chat/{session_id}/cancel but Gateway doesn't implement it."
    "gateway.cancel": "broken",
    // "Gateway emits 4 event types": status_update, token, usage, done.
    "stream.error_event": "skipped",
    // "Ollama API Format": {"model": ..., "prompt": ..., "stream": true}.
    "engine.options": "skipped",
    // Not there: thoughts, or a word about them.
    "engine.think": "skipped",
    // The test commands read lines that begin with `data: `: no event has an id to come back with.
    "sse/frames": "skipped",
    "sse/ids": "skipped",
    "sse/reconnect": "skipped",
    "sse/one-generation": "skipped",
    "sse/after-done": "skipped",
    // Not there, because the wire's second edition has it: a stream that says whose it is, and replies with names.
    "sse/started": "skipped",
    "sse/named-stream": "skipped",
    "cancel/named": "skipped",
    "cancel/late": "skipped",
    // Not there: the models stand in the page ("Fixed HMI Model ID Mapping - Frontend"), and there are no agents to choose.
    "gateway.models": "skipped",
    "hmi.models": "skipped",
    "hmi.agents": "skipped",
    "models/prefix": "skipped",
    "models/unknown": "skipped",
    // "Verify services running: curl -s http://localhost:6101/health": that it answers, and nothing of what.
    "health/report": "skipped",
    "health/truth": "skipped",
    "health/active-streams": "skipped",
    "gateway.live": "skipped",
    "gateway.ready": "skipped",
    "gateway.metrics": "skipped",
    "hmi.live": "skipped",
    "hmi.ready": "skipped",
    // Not there: a key by which a message that is sent again is known.
    "isolation/double-submit": "skipped",
    "isolation/same-message-id": "skipped",
    "isolation/key-reused": "skipped",
    "isolation/client-key-own": "skipped",
    "isolation/message-id-reused": "skipped",
    // "None for new", and nothing of several that come at once: they may find the conversation that the first one makes.
    "isolation/first-messages": "skipped",
    // Not there: what becomes of a model that says nothing or too much, and of one that has no room.
    "limits/empty-reply": "skipped",
    "limits/repeating": "skipped",
    "limits/rate-limited": "skipped",
    "limits/window": "skipped",
    "limits/summary-options": "skipped",
    // Not there: any word of errors outside streams, or of who may call.
    "http/error-body": "skipped",
    "http/error-status": "skipped",
    "http/bad-fields": "skipped",
    "http/methods": "skipped",
    "http/unknown-fields": "skipped",
    "http/tools": "skipped",
    "http/last-message": "skipped",
    "http/page-security": "skipped",
    "http/host": "skipped",
    "http/one-host": "skipped",
    "http/origin": "skipped",
    // Not there.
    "hmi.regenerate": "skipped",
    "regenerate/edited-keeps": "skipped",
    "regenerate/edited-prompt": "skipped",
    "hmi.events": "skipped",
    "hmi.image": "skipped",
    "hmi.renameSession": "skipped",
    "hmi.archiveSession": "skipped",
    "hmi.unarchiveSession": "skipped",
    "hmi.clearSession": "skipped",
    "hmi.exportSession": "skipped",
    "hmi.exportChats": "skipped",
    "hmi.importChats": "skipped",
    "hmi.profile": "skipped",
    "hmi.updateProfile": "skipped",
    // Of the pages the second seed shows /llm; those of the first were another program's.
    "pages.home": "skipped",
    "pages.newConversation": "skipped",
    "pages.conversation": "skipped",
    "pages.newProfileConversation": "skipped",
    "pages.profileConversation": "skipped",
  },
  endpoints: {},
  request_fields: {},
  answer_fields: {},
  event_fields: {},
  // BUG-016 names `get_or_create_session_v2` and `save_chat_message_v2`, and rows by `session_id` and `model_id`;
  // the rest is what fixtures/services/python calls its columns.
  store_names: {
    conversations: "sessions",
    "conversations.id": "session_id",
    "messages.id": "message_id",
    "messages.order": "message_id",
    "messages.session_id": "session_id",
    "messages.created_at": "timestamp",
  },
};
