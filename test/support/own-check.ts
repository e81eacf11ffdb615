import { join } from "node:path";
import { tempFolder } from "./temp.ts";

/** What a user's check does with `hmi`, the URL that it was given; it fails by `throw`. */
export type OwnCheck = "says done" | "counts tokens" | "cancels" | "waits for done";

const SOURCES: Readonly<Record<OwnCheck, string>> = {
  "says done": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (!text.includes('"type":"done"')) throw new Error("no done");`,
  "counts tokens": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (/"completion_tokens":0/.test(text)) throw new Error("nothing was counted");`,
  cancels: `
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ message: "Hello" });
    const sent = await fetch(hmi + "/api/chat/message", { method: "POST", headers, body });
    const { session_id } = await sent.json();
    const path = "/api/chat/sessions/" + session_id + "/cancel";
    const { status } = await fetch(hmi + path, { method: "POST" });
    if (status !== 200) throw new Error("the cancel answered " + status);`,
  "waits for done": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (!text.includes('"type":"done"')) setInterval(() => undefined, 1_000);`,
};

/** The command line of a user's own check of a stack: a program that knows nothing of ours. */
export function ownCheck(name: OwnCheck): string {
  const folder = tempFolder({ "check.mjs": `const hmi = process.env.STACK_HMI_URL;${SOURCES[name]}\n` });
  return `"${process.execPath}" "${join(folder, "check.mjs")}"`;
}
