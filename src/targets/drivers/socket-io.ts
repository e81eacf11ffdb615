import { idAt } from "./json-place.ts";

/**
 * The packets of socket.io over a WebSocket (Engine.IO 4), as far as a chat needs them: the default namespace, no binary.
 *
 * @see https://github.com/socketio/socket.io-protocol
 */
export type SocketIoPacket =
  /** The server greets; it wants a {@link CONNECT_PACKET}. */
  | { readonly kind: "greeting" }
  /** `sid`: what the server calls this connection from now on; null where it does not tell. */
  | { readonly kind: "connected"; readonly sid: string | null }
  | { readonly kind: "refused"; readonly why: string }
  /** It wants a {@link PONG_PACKET}, or it hangs up. */
  | { readonly kind: "ping" }
  | { readonly kind: "event"; readonly name: string; readonly values: readonly unknown[] }
  /** The server answers an event that had a number. */
  | { readonly kind: "answer"; readonly values: readonly unknown[] }
  | { readonly kind: "closed" }
  | { readonly kind: "other" };

export const PONG_PACKET = "3";

/** Asks for the default namespace, with what the server wants to know of whoever connects. */
export function connectPacket(auth?: unknown): string {
  return auth === undefined ? "40" : `40${JSON.stringify(auth)}`;
}

/** An event: its name, and its values. */
export function eventPacket(nameAndValues: readonly unknown[]): string {
  return `42${JSON.stringify(nameAndValues)}`;
}

/** Reads one text frame. */
export function readPacket(frame: string): SocketIoPacket {
  const [, type = "", rest = ""] = /^(4[0-6]|[0-6])\d*(.*)$/s.exec(frame) ?? [];
  switch (type) {
    case "0":
      return { kind: "greeting" };
    case "1":
    case "41":
      return { kind: "closed" };
    case "2":
      return { kind: "ping" };
    case "40":
      return { kind: "connected", sid: sidIn(rest) };
    case "42":
      return eventIn(rest);
    case "43":
      return { kind: "answer", values: listIn(rest) };
    case "44":
      return { kind: "refused", why: rest };
    default:
      return { kind: "other" };
  }
}

function eventIn(text: string): SocketIoPacket {
  const [name, ...values] = listIn(text);
  return typeof name === "string" ? { kind: "event", name, values } : { kind: "other" };
}

function sidIn(text: string): string | null {
  try {
    return idAt(JSON.parse(text), "sid");
  } catch {
    return null;
  }
}

function listIn(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
