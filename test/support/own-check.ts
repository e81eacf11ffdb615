import { join } from "node:path";
import { tempFolder } from "./temp.ts";

/** What a user's check does with `hmi`, the URL that it was given; it fails by `throw`. */
export type OwnCheck = "says done" | "counts tokens" | "hears repeats" | "waits for done";

const SOURCES: Readonly<Record<OwnCheck, string>> = {
  "says done": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (!text.includes('"type":"done"')) throw new Error("no done");`,
  "counts tokens": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (/"completion_tokens":0/.test(text)) throw new Error("nothing was counted");`,
  "hears repeats": `
    const message = encodeURIComponent("Say no no no no");
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=" + message)).text();
    const events = text.split("\\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)));
    const said = events.filter(({ type }) => type === "token").map(({ content }) => content).join("");
    if (said !== "no no no no") throw new Error("heard " + said);`,
  "waits for done": `
    const text = await (await fetch(hmi + "/api/chat/general-stream?message=Hello")).text();
    if (!text.includes('"type":"done"')) setInterval(() => undefined, 1_000);`,
};

/** The command line of a user's own check of a stack: a program that knows nothing of ours. */
export function ownCheck(name: OwnCheck): string {
  const folder = tempFolder({ "check.mjs": `const hmi = process.env.STACK_HMI_URL;${SOURCES[name]}\n` });
  return `"${process.execPath}" "${join(folder, "check.mjs")}"`;
}
