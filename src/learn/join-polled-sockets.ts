import type { LoggedExchange, LoggedFrame, NetworkLog } from "./network-log.ts";

/**
 * A log in which what socket.io's pages say by long polling, before their WebSocket takes over, is a part of that: its greeting,
 * what is shown on connecting, and the first events.
 */
export function joinPolledSockets({ exchanges, ...log }: NetworkLog): NetworkLog {
  const sockets = exchanges.filter(({ method }) => method === "WS");
  const joined = new Map(sockets.map((socket) => [socket, pollsOf(socket, exchanges)] as const));
  const polls = new Set([...joined.values()].flat());
  return {
    ...log,
    exchanges: exchanges
      .filter((each) => !polls.has(each))
      .map((each) => {
        const before = joined.get(each) ?? [];
        return before.length === 0 ? each : withPolls(each, before);
      })
      .toSorted((a, b) => a.began_ms - b.began_ms),
  };
}

function pollsOf(socket: LoggedExchange, exchanges: readonly LoggedExchange[]): LoggedExchange[] {
  const { pathname, searchParams } = addressOf(socket);
  const sid = searchParams.get("sid");
  if (sid === null || searchParams.get("EIO") === null) return [];
  return exchanges.filter((each) => {
    const at = addressOf(each);
    const isPoll = at.pathname === pathname && at.searchParams.get("transport") === "polling";
    return isPoll && (at.searchParams.get("sid") ?? sidIn(each.answer)) === sid;
  });
}

/** What the greeting, which is the first answer, calls the connection. */
function sidIn(answer: string | null): string | undefined {
  return /^0\{.*?"sid":"([^"]+)"/.exec(answer ?? "")?.[1];
}

/** A WebSocket that did all of it, as one who does not poll opens it. */
function withPolls(socket: LoggedExchange, polls: readonly LoggedExchange[]): LoggedExchange {
  const address = addressOf(socket);
  for (const name of ["sid", "t"]) address.searchParams.delete(name);
  const said = polls.flatMap((each) => framesIn("page", textOf(each.requestBody), each.began_ms));
  const heard = polls.flatMap((each) => framesIn("server", each.answer ?? "", each.ended_ms));
  return {
    ...socket,
    path: `${address.pathname}${address.search}`,
    began_ms: Math.min(socket.began_ms, ...polls.map(({ began_ms }) => began_ms)),
    requestHeaders: { ...polls[0]?.requestHeaders, ...socket.requestHeaders },
    frames: [...said, ...heard, ...socket.frames.filter(({ text }) => !UPGRADE.test(text))].toSorted(
      (a, b) => a.at_ms - b.at_ms,
    ),
  };
}

/** By which a WebSocket takes over. */
const UPGRADE = /^(?:[23]probe|5)$/;

/** Several packets may come as one. */
function framesIn(from: LoggedFrame["from"], text: string, at_ms: number): LoggedFrame[] {
  const packets = text === "" || text === "ok" ? [] : text.split("\x1e");
  return packets.map((packet) => ({ from, text: packet, at_ms }));
}

function textOf(body: unknown): string {
  return body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
}

function addressOf({ path, origin }: LoggedExchange): URL {
  return new URL(path, origin);
}
