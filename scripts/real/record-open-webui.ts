/**
 * Records what a running Open WebUI answers by its API, byte for byte, into fixtures/recorded/open-webui, as record-ollama.ts
 * does; tokens are masked. scripts/real/open-webui.ts says how to have one.
 *
 *     node scripts/real/record-open-webui.ts [URL] [NAME ...]
 *
 * URL is http://127.0.0.1:8080 where it is left out; with names, only these are recorded.
 */
import { openWebuiCases } from "./open-webui-requests.ts";
import { signIn } from "./open-webui-session.ts";
import { chosen, recordAnswers } from "./record-answers.ts";

const url = process.argv[2]?.includes("://") ? process.argv[2] : "http://127.0.0.1:8080";
const { token } = await signIn(url);
const { cases } = chosen(url, openWebuiCases(token));
await recordAnswers({ program: "open-webui", url, cases });
