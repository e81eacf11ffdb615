import type { WireDescription } from "../../contract/wire-description.ts";
import { namesNeededOfLogin, placeholderOfLogin } from "../../contract/wire-placeholders.ts";
import { UserError } from "../../errors/user-error.ts";

/** Throws a UserError where one part of a wire does not fit another one. */
export function requireConsistent(name: string, wire: WireDescription): void {
  requireSockets(wire);
  requireReadable(name, wire);
  requireSpeakers(wire);
  requireToldByLogin(wire);
}

/** Throws a UserError where nothing says who speaks in a row. */
function requireSpeakers({ rows }: WireDescription): void {
  if (rows === undefined || rows.role !== undefined || rows.question !== undefined) return;
  throw new UserError("config_invalid", "contract.wire.rows has no role: nothing says who speaks in a row.", {
    hint: "Where a row holds what was said and its reply, question is the place of the first, and text that of the reply.",
  });
}

/** Throws a UserError where a wire names what its login does not tell, or its login tells what nothing names. */
function requireToldByLogin({ login, ...calls }: WireDescription): void {
  const steps = login === undefined ? [] : [...(login.before ?? []), login];
  const told = new Set(steps.flatMap(({ told = {} }) => Object.keys(told)));
  const needed = namesNeededOfLogin([calls, login]);
  const untold = [...needed].find((name) => !told.has(name));
  const unused = [...told].find((name) => name !== "token" && !needed.has(name));
  if (untold !== undefined) {
    throw new UserError(
      "config_invalid",
      `{${placeholderOfLogin(untold)}} is filled with what no call of contract.wire.login tells.`,
      { hint: `Where it stands in the answer is said by that call: told: { ${untold}: PLACE }.` },
    );
  }
  if (unused === undefined) return;
  throw new UserError(
    "config_invalid",
    `contract.wire.login tells ${unused}, and nothing is filled with it.`,
    {
      hint: `What goes on with every call is called token; anything else stands where {${placeholderOfLogin(unused)}} is.`,
    },
  );
}

/** Throws a UserError where a call that opens no WebSocket, or none of socket.io, says how that is opened. */
function requireSockets({ send, send_first, read, stream: { framing } }: WireDescription): void {
  for (const [setting, call] of Object.entries({ send, send_first, read })) {
    if (call !== undefined) requireSocket(setting, call, framing);
  }
}

function requireSocket(
  setting: string,
  { request, protocol, before, auth }: WireDescription["send"],
  framing: WireDescription["stream"]["framing"],
): void {
  const isSocket = request.startsWith("WS ");
  if (protocol !== undefined && !isSocket) {
    throw new UserError(
      "config_invalid",
      `contract.wire.${setting} has a protocol, and opens no WebSocket.`,
      {
        hint: "It is for requests such as `WS /graphql`.",
      },
    );
  }
  const wrong = [
    ...(before !== undefined && !isSocket ? ["before"] : []),
    ...(auth !== undefined && !(isSocket && framing === "socket.io") ? ["auth"] : []),
  ][0];
  if (wrong === undefined) return;
  throw new UserError(
    "config_invalid",
    `contract.wire.${setting}.${wrong} says how a WebSocket${wrong === "auth" ? " of socket.io" : ""} is opened, and \`${request}\` opens none.`,
    { hint: "What goes with another call is its headers and its body." },
  );
}

/** Throws a UserError where a reply cannot be read as a wire says. */
function requireReadable(name: string, { send, read, stream, cancel }: WireDescription): void {
  const { request } = read ?? send;
  const isFrames = stream.framing === "websocket" || stream.framing === "socket.io";
  if (request.startsWith("WS ") !== isFrames) {
    throw new UserError(
      "config_invalid",
      `The driver ${name} reads a reply by \`${request}\`, which is not framed as ${stream.framing}.`,
      {
        hint: "A `WS` request has the framing `websocket` or `socket.io`, and no other has (contract.wire.stream).",
      },
    );
  }
  if (stream.framing === "polled" && read === undefined) {
    throw new UserError(
      "config_invalid",
      `The driver ${name} asks for a reply until it is whole: contract.wire.read is missing.`,
      { hint: "The framing `polled` needs the call that is repeated." },
    );
  }
  if (stream.channel !== undefined && read === undefined && !isFrames) {
    throw new UserError(
      "config_invalid",
      `The driver ${name} hears replies on one stream for all: contract.wire.read is missing.`,
      { hint: "contract.wire.stream.channel needs the call that opens that stream." },
    );
  }
  if (stream.channel !== undefined && read === undefined && Object.keys(stream.channel).length === 0) {
    throw new UserError(
      "config_invalid",
      `The driver ${name} has several conversations on one WebSocket, and its frames do not say of which one they are.`,
      {
        hint: "contract.wire.stream.channel names the place at which they do; without any it is left out, and each message has a WebSocket of its own.",
      },
    );
  }
  if (typeof cancel === "object" && cancel.frame !== undefined && !isFrames) {
    throw new UserError(
      "config_invalid",
      `The driver ${name} ends a reply by a frame, and its replies come on no WebSocket.`,
      { hint: "contract.wire.cancel.frame is for the framings `websocket` and `socket.io`." },
    );
  }
}
