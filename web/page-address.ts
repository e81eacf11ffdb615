import { pageRoutes } from "../src/contract/routes.ts";

/** What an address of the page names. `modelId` is the profile; null where none is named. */
export type PageAddress =
  /** Whatever general conversation is active. */
  | { readonly page: "active" }
  | { readonly page: "new"; readonly modelId: number | null }
  | { readonly page: "conversation"; readonly sessionId: string; readonly modelId: number | null }
  /** The form of a profile's page, with something that no profile can have as its key. */
  | { readonly page: "no-profile"; readonly key: string };

/** What is open: a conversation, or a new one where `sessionId` is null. */
export interface OpenConversation {
  readonly sessionId: string | null;
  readonly modelId: number | null;
}

/** Reads a path; undefined where it is none of the page's. */
export function parseAddress(path: string): PageAddress | undefined {
  if (path === pageRoutes.llm.path()) return { page: "active" };
  const parts = FORM.exec(path);
  if (parts === null) return undefined;
  const [, key, session] = parts;
  const modelId = key === undefined ? null : modelIdOf(key);
  if (modelId === undefined) return { page: "no-profile", key: decode(key ?? "") };
  return session === undefined
    ? { page: "new", modelId }
    : { page: "conversation", sessionId: decode(session), modelId };
}

/** The path of what is open. */
export function pagePathOf({ sessionId, modelId }: OpenConversation): string {
  if (sessionId === null) return newAddress(modelId);
  return modelId === null
    ? pageRoutes.conversation.path({ session_id: sessionId })
    : pageRoutes.profileConversation.path({ model_id: modelId, session_id: sessionId });
}

/** The path of a new conversation of this profile, or of none. */
export function newAddress(modelId: number | null): string {
  return modelId === null
    ? pageRoutes.newConversation.path()
    : pageRoutes.newProfileConversation.path({ model_id: modelId });
}

/** The token in the hash of an address (`#token=...`); null where there is none. */
export function tokenIn(hash: string): string | null {
  const token = /^#token=(.*)$/.exec(hash)?.[1];
  return token === undefined ? null : decode(token);
}

const FORM = /^(?:\/m\/([^/]+))?\/(?:new|c\/([^/]+))$/;

function modelIdOf(key: string): number | undefined {
  return /^\d{1,15}$/.test(key) && Number(key) >= 1 ? Number(key) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
