import { render } from "preact";
import { ChatController } from "./chat-controller.ts";
import { App } from "./components/App.tsx";
import { tabDrafts } from "./draft-storage.ts";
import { tabOutgoing } from "./outgoing-storage.ts";
import { isTokenWanted, takeToken } from "./page-token.ts";
import { takeTurns } from "./share-reply-streams.ts";

const root = document.getElementById("app");
if (root === null) throw new Error('The page has no element with the id "app".');
const tabs = new BroadcastChannel("chat");
const chat = new ChatController({
  token: takeToken(),
  isTokenWanted: isTokenWanted(),
  drafts: tabDrafts,
  outgoing: tabOutgoing,
  nextFrame: (run) => requestAnimationFrame(run),
  turns: takeTurns,
  announce: () => tabs.postMessage("changed"),
});
addEventListener("pagehide", () => chat.leave());
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && chat.comeBack()) location.reload();
});
render(<App chat={chat} tabs={tabs} />, root);
